import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { MagusError } from '../../../core/errors/magus-error.ts';
import { messageOf } from '../../../core/errors/message-of.ts';
import type { SourceTable } from '../source-table.ts';
import { identifier } from '../sql/quoting.ts';

/** An SQLite file that is a source: its tables are reached by its name. */
export interface SqliteSource {
  readonly name: string;
  readonly path: string;
  readonly shown: string;
}

/** A table or view of a source; `broken`: why its columns cannot be told, which are none then. */
export interface DatabaseTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly broken?: string;
}

/** Columns that SQLite allows in a table. */
const mostColumns = 2000;
/** Pages of 4 KB that a query may fill on disk. */
const mostPages = 2_000_000;

/**
 * A database for one query. `folder`: on disk there; absent: in memory, with tables that stay empty. Sources of SQLite are attached
 * so that nothing in them or beside them can change. Throws `tool-failed` TOO_WIDE where more columns are wanted than SQLite takes.
 */
export function openQueryDatabase(
  folder: string | undefined,
  tables: readonly (Pick<SourceTable, 'name' | 'columns'> & { readonly wanted: readonly number[] })[],
  sources: readonly SqliteSource[],
): DatabaseSync {
  for (const { name, columns, wanted } of tables)
    if (wanted.length > mostColumns) throw tooWide(name, columns.length, wanted.length);
  const database = new DatabaseSync(folder === undefined ? ':memory:' : join(folder, 'query.db'));
  if (folder !== undefined) {
    // Without "main." they would hold for what is attached, too.
    database.exec(
      `PRAGMA main.journal_mode = MEMORY; PRAGMA main.synchronous = OFF; PRAGMA main.locking_mode = EXCLUSIVE; PRAGMA main.cache_size = -16000; PRAGMA main.max_page_count = ${mostPages};`,
    );
  }
  for (const { name, columns, wanted } of tables) {
    const shown = wanted.map(
      (column) => `${identifier(columns[column]?.name ?? '')} ${columns[column]?.affinity ?? ''}`,
    );
    database.exec(`CREATE TABLE ${identifier(name)} (${shown.join(', ') || '"no column" TEXT'})`);
  }
  for (const source of sources) attach(database, source);
  return database;
}

/** Tables and views of an attached source: a view over what is gone, or a table of a module that is missing, is broken. */
export function tablesOf(database: DatabaseSync, source: SqliteSource): readonly DatabaseTable[] {
  const names = database
    .prepare(
      `SELECT name FROM ${identifier(source.name)}.sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all() as { name: string }[];
  const columns = database.prepare('SELECT name FROM pragma_table_info(?, ?)');
  return names.map(({ name }) => {
    try {
      return { name, columns: (columns.all(name, source.name) as { name: string }[]).map((column) => column.name) };
    } catch (error) {
      return { name, columns: [], broken: messageOf(error) };
    }
  });
}

function tooWide(name: string, columns: number, wanted: number): MagusError {
  return new MagusError(
    'tool-failed',
    `${name} has ${columns} columns, and the query may read ${wanted} of them; a database takes ${mostColumns}. Name the columns it needs instead of * (data_inspect lists them), and give IN a SELECT of one column.`,
    { code: 'TOO_WIDE' },
  );
}

function attach(database: DatabaseSync, { name, path, shown }: SqliteSource): void {
  const how = needsNoLocks(path) ? 'immutable=1' : 'mode=ro';
  try {
    database.prepare(`ATTACH ? AS ${identifier(name)}`).run(`${pathToFileURL(path).href}?${how}`);
    database.prepare(`SELECT count(*) FROM ${identifier(name)}.sqlite_master`).get();
  } catch (cause) {
    throw new MagusError(
      'tool-failed',
      `${shown} cannot be read as an SQLite database (${messageOf(cause)}). It may be damaged, encrypted, or open in another program: try again or make a copy.`,
      { code: 'DAMAGED', cause },
    );
  }
}

/** A database with a write-ahead log that nobody has open: reading it with locks would leave files beside it. */
function needsNoLocks(path: string): boolean {
  const header = Buffer.alloc(20);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, 20, 0);
  } finally {
    closeSync(file);
  }
  return header[18] === 2 && !existsSync(`${path}-wal`);
}
