import { createRequire } from 'node:module';
import { join } from 'node:path';
import { MagusError } from '../../../core/errors/magus-error.ts';
import { messageOf } from '../../../core/errors/message-of.ts';

/** What is used of `@duckdb/node-api`. It is the user's own package, so there are no types of it here. */
export interface Duckdb {
  readonly DuckDBInstance: {
    create(path: string, settings: Readonly<Record<string, string>>): Promise<{ connect(): Promise<DuckConnection> }>;
  };
  readonly StatementType: { readonly SELECT: number };
}
export interface DuckConnection {
  run(sql: string): Promise<unknown>;
  extractStatements(sql: string): Promise<{ prepare(index: number): Promise<DuckStatement> }>;
  closeSync(): void;
}
interface DuckStatement {
  readonly statementType: number;
  stream(): Promise<{
    columnNames(): readonly string[];
    fetchChunk(): Promise<{ readonly rowCount: number; getRows(): readonly (readonly unknown[])[] } | null>;
  }>;
}

/** From the folder of packages that the user installed for OpenMagus alone: a workspace brings no code of its own in here. */
export function loadDuckdb(packages: string): Duckdb {
  try {
    return createRequire(join(packages, 'package.json'))('@duckdb/node-api') as Duckdb;
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND';
    const why = missing ? 'is not installed' : `does not load (${messageOf(cause)})`;
    throw new MagusError(
      'tool-failed',
      `This needs DuckDB, which ${why}. The user can install it with: npm install --prefix "${packages}" @duckdb/node-api. Without it, CSV, JSON and SQLite work (leave engine out), Parquet does not.`,
      { code: 'NO_DUCKDB', cause },
    );
  }
}
