import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processData } from '../../../src/adapters/data/process-data.ts';
import { scratchFolders } from '../../../src/adapters/system/scratch-folders.ts';
import type {
  Cell,
  DataCall,
  DataFiles,
  DataQuery,
  DataSource,
  Inspection,
  QueryAnswer,
} from '../../../src/core/data-port.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';
import { buildExtension, projectFolder } from '../../support/extension-package.ts';

/** As it is built: the sources would take three times as long to start. */
export const entry = path.join(projectFolder, 'dist', 'data-process.js');
let built: Promise<void> | undefined;

export interface DataRig {
  readonly folder: string;
  readonly home: string;
  readonly data: DataFiles;
  readonly progress: string[];
  /** Writes a file and returns its path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  callOf(sources: readonly DataSource[]): DataCall;
  inspect(source: string | DataSource): Promise<Inspection>;
  query(
    sources: readonly (string | DataSource)[],
    sql: string,
    how?: Partial<DataQuery> & { signal?: AbortSignal },
  ): Promise<QueryAnswer>;
  rows(sources: readonly (string | DataSource)[], sql: string): Promise<readonly (readonly Cell[])[]>;
  remove(): Promise<void>;
}

/** Real files, read by the real process. */
export async function dataRig(): Promise<DataRig> {
  built ??= buildExtension();
  await built;
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'magus-data-')));
  const home = path.join(folder, 'home');
  await mkdir(home);
  const data = processData(entry, home, scratchFolders(path.join(home, 'scratch')));
  const progress: string[] = [];
  const sourceOf = (source: string | DataSource): DataSource =>
    typeof source === 'string' ? { path: source, shown: path.basename(source) } : source;
  const rig: DataRig = {
    folder,
    home,
    data,
    progress,
    file: async (name, content) => {
      const file = path.join(folder, name);
      await writeFile(file, content);
      return file;
    },
    callOf: (sources) => ({
      authorized: sealAuthorized(
        sources.map((source) => ({ verb: 'read', object: source.path, zone: 'workspace' })),
        'hash',
      ),
      taskId: 'task',
      callId: 'call',
      onProgress: (text) => progress.push(text),
    }),
    inspect: (written) => {
      const source = sourceOf(written);
      return data.inspect(rig.callOf([source]), source, new AbortController().signal);
    },
    query: (written, sql, { signal = new AbortController().signal, ...how } = {}) => {
      const sources = written.map(sourceOf);
      const query = { sources, sql, limit: 100, timeoutMs: 60_000, engine: 'auto', ...how } as const;
      return data.query(rig.callOf(sources), query, signal);
    },
    rows: async (sources, sql) => (await rig.query(sources, sql)).rows,
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
  return rig;
}

/** The lines of a whole result that was kept. */
export async function keptLines(rig: DataRig): Promise<readonly unknown[]> {
  const text = await readFile(rig.data.keptPath('task', 'call'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
