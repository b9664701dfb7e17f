import type { DatabaseSync } from 'node:sqlite';
import type { Cell, DataSource, Inspection, TableFacts } from '../../../core/data-port.ts';
import { messageOf } from '../../../core/errors/message-of.ts';
import { duckdbSample } from '../duckdb/duckdb-query.ts';
import { openSources } from '../open-sources.ts';
import type { QueryPlace } from '../run-query.ts';
import { kept } from '../scan/held-values.ts';
import type { SourceColumn, SourceTable } from '../source-table.ts';
import { type DatabaseTable, openQueryDatabase, type SqliteSource, tablesOf } from '../sqlite/open-database.ts';
import { rowsOf } from '../sqlite/sqlite-query.ts';
import { columnStats } from './column-stats.ts';

/** Of a bigger file only the beginning is looked at: so many cells, all columns together. */
const mostCells = 5_000_000;
const mostTables = 50;
const sampleRows = 5;

/** What a source holds: types, ranges, nulls, how many different values, a few rows. */
export async function inspectSource(source: DataSource, place: QueryPlace): Promise<Inspection> {
  const [opened] = await openSources([source], place.onRead);
  if (opened === undefined) return { format: '', tables: [], notes: [] };
  switch (opened.kind) {
    case 'table': {
      const { table } = opened;
      const facts = await inspectTable(table);
      return { format: table.format, tables: [facts], notes: table.notes() };
    }
    case 'sqlite':
      return inspectDatabase(opened.database);
    case 'parquet': {
      const { columns, rows, whole } = await duckdbSample(opened, place, mostCells);
      const look = tableLook(opened.name, columns.map(untyped));
      for (const row of rows) look.add(row);
      return { format: 'Parquet, read by DuckDB', tables: [look.facts(whole)], notes: [] };
    }
    default:
      return opened satisfies never;
  }
}

async function inspectTable(table: SourceTable): Promise<TableFacts> {
  const look = tableLook(table.name, table.columns);
  let whole = true;
  await table.scan(
    table.columns.map((_, column) => column),
    (row) => {
      whole = look.cells() < mostCells;
      if (whole) look.add(row);
      return whole;
    },
  );
  return look.facts(whole);
}

function inspectDatabase(source: SqliteSource): Inspection {
  const database = openQueryDatabase(undefined, [], [source]);
  try {
    const all = tablesOf(database, source);
    const cells = Math.floor(mostCells / Math.min(all.length, mostTables));
    const tables: TableFacts[] = [];
    const notes: string[] = [];
    for (const table of all.slice(0, mostTables)) {
      const found = tableOf(database, source, table, cells);
      if (typeof found === 'string') notes.push(`${table.name} is left out, it cannot be read: ${found}.`);
      else tables.push(found);
    }
    const more = all.slice(mostTables).map(({ name }) => name);
    if (more.length > 0) notes.push(`${more.length} more tables: ${more.join(', ')}.`);
    return { format: `SQLite database, its tables are named ${source.name}.TABLE or TABLE`, tables, notes };
  } finally {
    database.close();
  }
}

/** What a table of a database holds, or why it cannot be read. */
function tableOf(
  database: DatabaseSync,
  source: SqliteSource,
  { name, columns, broken }: DatabaseTable,
  cells: number,
): TableFacts | string {
  if (broken !== undefined) return broken;
  const look = tableLook(name, columns.map(untyped));
  const most = Math.max(1, Math.floor(cells / Math.max(1, columns.length)));
  let whole = true;
  try {
    for (const row of rowsOf(database, source.name, name, most + 1)) {
      whole = look.rows() < most;
      if (whole) look.add(row);
    }
  } catch (error) {
    return messageOf(error);
  }
  return look.facts(whole);
}

interface TableLook {
  add(row: readonly Cell[]): void;
  rows(): number;
  cells(): number;
  facts(whole: boolean): TableFacts;
}

function untyped(name: string): SourceColumn {
  return { name, affinity: '' };
}

function tableLook(name: string, columns: readonly SourceColumn[]): TableLook {
  const stats = columns.map((column) => columnStats(column.name, column.affinity));
  const sample: (readonly Cell[])[] = [];
  let rows = 0;
  return {
    add: (row) => {
      rows += 1;
      if (sample.length < sampleRows) sample.push(row.map(short));
      for (let column = 0; column < stats.length; column += 1) stats[column]?.add(row[column] ?? null);
    },
    rows: () => rows,
    cells: () => rows * Math.max(1, columns.length),
    facts: (whole) => ({ name, rows, whole, columns: stats.map((each) => each.facts()), sample }),
  };
}

function short(cell: Cell): Cell {
  return kept(typeof cell === 'string' && cell.length > 80 ? `${cell.slice(0, 80)}…` : cell);
}
