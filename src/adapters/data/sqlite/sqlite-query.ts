import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Cell } from '../../../core/data-port.ts';
import type { RowSink } from '../row-sink.ts';
import type { SourceTable } from '../source-table.ts';
import { columnsNeeded } from '../sql/columns-needed.ts';
import { identifier } from '../sql/quoting.ts';
import type { SqlToken } from '../sql/sql-tokens.ts';
import { explainSqlError, type NamedTable } from './explain-error.ts';
import { loadTable } from './load-table.ts';
import { openQueryDatabase, type SqliteSource, tablesOf } from './open-database.ts';
import { lockDown } from './read-only.ts';

export interface SqlSources {
  readonly tables: readonly SourceTable[];
  readonly databases: readonly SqliteSource[];
}

export interface Statement {
  readonly sql: string;
  readonly tokens: readonly SqlToken[];
}

/** Names of the result's columns, and of the tables that there are. Throws BAD_SQL or TOO_WIDE before any data is read. */
export function checkQuery(
  { sql, tokens }: Statement,
  { tables, databases }: SqlSources,
): { readonly columns: readonly string[]; readonly known: readonly NamedTable[] } {
  const database = openQueryDatabase(undefined, tablesNeeded(tokens, tables), databases);
  try {
    const known = [
      ...tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) })),
      ...databases.flatMap((source) => tablesOf(database, source).map((table) => ({ ...table, source: source.name }))),
    ];
    lockDown(database);
    return {
      columns: prepared(database, sql, known)
        .columns()
        .map(({ name }) => name),
      known,
    };
  } finally {
    database.close();
  }
}

/** Answers a query by a database in `folder` that holds what the query needs of its tables. */
export async function sqliteQuery(
  { sql, tokens }: Statement,
  sources: SqlSources,
  folder: string,
  known: readonly NamedTable[],
  sink: RowSink,
): Promise<void> {
  const tables = tablesNeeded(tokens, sources.tables);
  const database = openQueryDatabase(folder, tables, sources.databases);
  try {
    for (const table of tables) await loadTable(database, table, table.wanted);
    lockDown(database);
    const statement = prepared(database, sql, known);
    for (const row of statement.iterate()) if (!sink.add((row as unknown as unknown[]).map(cellOf))) break;
  } catch (error) {
    throw explainSqlError(error, sql, known);
  } finally {
    database.close();
  }
}

/** The tables that a statement names, with the columns that it may read of each. */
function tablesNeeded(
  tokens: readonly SqlToken[],
  tables: readonly SourceTable[],
): readonly (SourceTable & { readonly wanted: readonly number[] })[] {
  const named = new Set(tokens.map(({ text }) => text.toLowerCase()));
  return tables
    .filter(({ name }) => named.has(name.toLowerCase()))
    .map((table) => ({ ...table, wanted: columnsNeeded(tokens, table.columns) }));
}

/** The first rows of a table of an attached source. */
export function* rowsOf(
  database: DatabaseSync,
  source: string,
  table: string,
  most: number,
): Generator<readonly Cell[]> {
  const statement = database.prepare(`SELECT * FROM ${identifier(source)}.${identifier(table)} LIMIT ${most}`);
  asArrays(statement);
  for (const row of statement.iterate()) yield (row as unknown as unknown[]).map(cellOf);
}

function prepared(database: DatabaseSync, sql: string, known: readonly NamedTable[]): StatementSync {
  try {
    const statement = database.prepare(sql);
    asArrays(statement);
    return statement;
  } catch (error) {
    throw explainSqlError(error, sql, known);
  }
}

function asArrays(statement: StatementSync): void {
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
}

/** Whole numbers beyond 2^53 as text, bytes as hexadecimal. */
function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case 'bigint': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    case 'string':
    case 'number':
      return value;
    default:
      return value instanceof Uint8Array ? `x'${Buffer.from(value).toString('hex')}'` : null;
  }
}
