import type { DataQuery, QueryAnswer } from '../../core/data-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { OpenFile } from './byte-stream.ts';
import { assertUnchanged } from './byte-stream.ts';
import { duckdbQuery } from './duckdb/duckdb-query.ts';
import { isForDatabase } from './needs-database.ts';
import { type OpenSource, openSources } from './open-sources.ts';
import type { RowSink } from './row-sink.ts';
import { scanQuery } from './scan/scan-query.ts';
import { parseSimple } from './sql/parse-simple.ts';
import { type SqlToken, sqlTokens } from './sql/sql-tokens.ts';
import { assertOneQuery } from './sqlite/read-only.ts';
import { checkQuery, type SqlSources, sqliteQuery } from './sqlite/sqlite-query.ts';

export interface QueryPlace {
  readonly scratch: string;
  readonly packages: string;
  readonly onRead: OpenFile['onRead'];
}
export type QueryRun = Pick<QueryAnswer, 'engine' | 'notes' | 'columns'>;

/**
 * Answers a query. What is simple is read in one pass; everything else by a database made for it; Parquet, and what is asked to, by
 * DuckDB. `sinkOf` is told the columns before the first row.
 */
export async function runQuery<Sink extends RowSink>(
  query: Pick<DataQuery, 'sources' | 'sql' | 'engine'>,
  place: QueryPlace,
  sinkOf: (columns: readonly string[]) => Sink,
): Promise<{ readonly run: QueryRun; readonly sink: Sink }> {
  const tokens = sqlTokens(query.sql);
  assertOneQuery(tokens);
  const sources = await openSources(query.sources, place.onRead);
  if (query.engine === 'duckdb' || sources.some(({ kind }) => kind === 'parquet')) {
    const { columns, sink } = await duckdbQuery(query.sql, sources, place, sinkOf);
    for (const { file } of sources) assertUnchanged(file);
    return { run: { engine: 'duckdb', notes: [], columns }, sink };
  }
  const opened: SqlSources = {
    tables: sources.flatMap((source) => (source.kind === 'table' ? [source.table] : [])),
    databases: sources.flatMap((source) => (source.kind === 'sqlite' ? [source.database] : [])),
  };
  if (opened.databases.length > 10) {
    throw new MagusError('tool-input', 'At most 10 SQLite files can be queried together. Name fewer.', {
      code: 'TOO_MANY',
    });
  }
  const statement = { sql: query.sql, tokens };
  const { columns, known } = checkQuery(statement, opened);
  const sink = sinkOf(columns);
  const scanned = await tryScan(tokens, sources, sink);
  if (!scanned) await sqliteQuery(statement, opened, place.scratch, known, sink);
  const notes = opened.tables.flatMap((table) => table.notes());
  return { run: { engine: scanned ? 'scan' : 'sqlite', notes, columns }, sink };
}

/** False: the query, or something in its data, is for a database. */
async function tryScan(tokens: readonly SqlToken[], sources: readonly OpenSource[], sink: RowSink): Promise<boolean> {
  const [only] = sources;
  if (only?.kind !== 'table' || sources.length > 1) return false;
  try {
    await scanQuery(parseSimple(tokens, only.table), only.table, sink);
    return true;
  } catch (error) {
    if (!isForDatabase(error)) throw error;
    sink.restart();
    return false;
  }
}
