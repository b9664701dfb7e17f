import type { Cell } from '../../../core/data-port.ts';
import { MagusError } from '../../../core/errors/magus-error.ts';
import { messageOf } from '../../../core/errors/message-of.ts';
import type { OpenSource } from '../open-sources.ts';
import type { RowSink } from '../row-sink.ts';
import { identifier, sqlText } from '../sql/quoting.ts';
import { notAQuery } from '../sqlite/read-only.ts';
import { type DuckConnection, loadDuckdb } from './load-duckdb.ts';

interface Place {
  readonly scratch: string;
  readonly packages: string;
}

/** Answers a query by DuckDB, which reads the sources itself and can reach nothing else. */
export async function duckdbQuery<Sink extends RowSink>(
  sql: string,
  sources: readonly OpenSource[],
  place: Place,
  sinkOf: (columns: readonly string[]) => Sink,
): Promise<{ readonly columns: readonly string[]; readonly sink: Sink }> {
  const { connection, selectType } = await connect(sources, place);
  try {
    const statements = await connection.extractStatements(sql);
    const statement = await statements.prepare(0);
    if (statement.statementType !== selectType) throw notAQuery(undefined);
    const result = await statement.stream();
    const columns = result.columnNames();
    const sink = sinkOf(columns);
    reading: for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (const row of chunk.getRows()) if (!sink.add(row.map(cellOf))) break reading;
    }
    return { columns, sink };
  } catch (error) {
    throw explained(error);
  } finally {
    connection.closeSync();
  }
}

/** The first rows of a Parquet file, as many as there are cells for. */
export async function duckdbSample(
  source: Extract<OpenSource, { kind: 'parquet' }>,
  place: Place,
  mostCells: number,
): Promise<{
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly whole: boolean;
}> {
  const rows: (readonly Cell[])[] = [];
  let most = 1;
  let whole = true;
  const sink: RowSink = {
    add: (row) => {
      whole = rows.length < most;
      if (whole) rows.push(row);
      return whole;
    },
    restart: () => undefined,
  };
  const { columns } = await duckdbQuery(`SELECT * FROM ${identifier(source.name)}`, [source], place, (names) => {
    // They are held in memory, so fewer than of a file that is read row by row.
    most = Math.max(1, Math.floor(mostCells / 5 / Math.max(1, names.length)));
    return sink;
  });
  return { columns, rows, whole };
}

async function connect(
  sources: readonly OpenSource[],
  { scratch, packages }: Place,
): Promise<{ readonly connection: DuckConnection; readonly selectType: number }> {
  const { DuckDBInstance, StatementType } = loadDuckdb(packages);
  const views = sources.map(viewOf);
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: '1GB',
    temp_directory: scratch,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  // As SQLite has it, so that the same query means the same.
  await connection.run(
    "SET default_null_order = 'sqlite'; SET integer_division = true; SET preserve_insertion_order = true;",
  );
  await connection.run(`SET allowed_paths = [${sources.map(({ file }) => sqlText(file.path)).join(', ')}];`);
  await connection.run('SET enable_external_access = false; SET lock_configuration = true;');
  for (const view of views) await connection.run(view).catch((error: unknown) => Promise.reject(explained(error)));
  return { connection, selectType: StatementType.SELECT };
}

function viewOf(source: OpenSource): string {
  const path = sqlText(source.file.path);
  switch (source.kind) {
    case 'parquet':
      return `CREATE VIEW ${identifier(source.name)} AS SELECT * FROM read_parquet(${path})`;
    case 'table':
      if (source.table.duckdb !== undefined)
        return `CREATE VIEW ${identifier(source.table.name)} AS SELECT * FROM ${source.table.duckdb(path)}`;
      throw noReader(source.file.shown, 'in this encoding or compression');
    case 'sqlite':
      throw noReader(source.file.shown, 'as an SQLite file');
    default:
      return source satisfies never;
  }
}

/** What DuckDB has beyond numbers and text is written out. */
function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'string':
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value === null || value === undefined ? null : numberOrText(value);
  }
}

/** Decimals are numbers, dates and the rest text. */
function numberOrText(value: object): Cell {
  const text = String(value);
  return 'scale' in value && 'width' in value ? Number(text) : text;
}

function explained(error: unknown): MagusError {
  if (error instanceof MagusError) return error;
  const said = messageOf(error);
  return new MagusError('tool-input', `DuckDB: ${said.trim().slice(0, 2000)}`, { code: 'BAD_SQL', cause: error });
}

function noReader(shown: string, why: string): MagusError {
  return new MagusError(
    'tool-failed',
    `${shown} cannot be read by DuckDB ${why}. Leave engine out, or export it to CSV with data_export first and query that.`,
    { code: 'NO_READER' },
  );
}
