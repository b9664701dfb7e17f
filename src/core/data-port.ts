import type { Authorized } from './security/authorized.ts';

/** A value of a table: whole numbers beyond 2^53 and bytes come as text. */
export type Cell = string | number | null;

/** A file of data by its real path, and how to read it where that is not to be guessed. */
export interface DataSource {
  readonly path: string;
  /** How it is named in messages. */
  readonly shown: string;
  /** The table's name in SQL; absent: the file's name without its endings. */
  readonly name?: string | undefined;
  readonly header?: boolean | undefined;
  /** One character. */
  readonly delimiter?: string | undefined;
  /** One character; empty: quotes mean nothing. */
  readonly quote?: string | undefined;
  readonly encoding?: string | undefined;
}

export interface DataQuery {
  readonly sources: readonly DataSource[];
  readonly sql: string;
  /** Rows that are answered; all of them are kept on disk where there are more. */
  readonly limit: number;
  readonly timeoutMs: number;
  readonly engine: 'auto' | 'duckdb';
}

export interface QueryAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows of the whole result, or those until it was cut. */
  readonly total: number;
  readonly cut: boolean;
  /** `scan`: the file was read once; `sqlite`: a database made for this query; `duckdb`. */
  readonly engine: 'scan' | 'sqlite' | 'duckdb';
  /** What a reader of the result should know of the data. */
  readonly notes: readonly string[];
  /** The whole result is kept as the source `result:ID`. */
  readonly kept: boolean;
}

export interface ColumnFacts {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'boolean' | 'date' | 'timestamp' | 'text' | 'json' | 'mixed' | 'empty';
  readonly nulls: number;
  /** Exact up to 1,000, then an estimate within about 5 %. */
  readonly distinct: number;
  readonly min: Cell;
  readonly max: Cell;
}
export interface TableFacts {
  readonly name: string;
  /** Rows that were looked at. */
  readonly rows: number;
  /** False: the file has more than were looked at. */
  readonly whole: boolean;
  readonly columns: readonly ColumnFacts[];
  readonly sample: readonly (readonly Cell[])[];
}
export interface Inspection {
  /** In words: "CSV, utf-8, delimiter ',', quote '\"', header". */
  readonly format: string;
  readonly tables: readonly TableFacts[];
  readonly notes: readonly string[];
}

export type ExportFormat = 'csv' | 'jsonl' | 'sqlite';

/** A call as the data files see it. */
export interface DataCall {
  /** Every source must be among its reads. */
  readonly authorized: Authorized;
  readonly taskId: string;
  readonly callId: string;
  /** Hears in words how far it is, a few times a second at most. Must not throw. */
  onProgress(text: string): void;
}

/**
 * Reads files of data without ever writing to them, in a process of its own that ends with the call. Cancelling ends it within
 * 2 s. Throws `tool-input` (BAD_SQL, NOT_A_QUERY, BAD_QUOTES …), `tool-failed` (NOT_FOUND, CHANGED, BINARY, TIMEOUT, TOO_LARGE …).
 */
export interface DataFiles {
  inspect(call: DataCall, source: DataSource, signal: AbortSignal): Promise<Inspection>;
  query(call: DataCall, query: DataQuery, signal: AbortSignal): Promise<QueryAnswer>;
  /** The result as the bytes of a file of that format. */
  render(
    call: DataCall,
    query: Omit<DataQuery, 'limit'>,
    format: ExportFormat,
    signal: AbortSignal,
  ): Promise<{ readonly content: Uint8Array; readonly rows: number; readonly notes: readonly string[] }>;
  /** Where the whole result of a call is kept. */
  keptPath(taskId: string, callId: string): string;
}
