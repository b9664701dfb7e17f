import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type IndexLimits, usualLimits } from '../../../src/adapters/sqlite/workspace-index/index-protocol.ts';
import { type SqliteIndex, sqliteIndex } from '../../../src/adapters/sqlite/workspace-index/sqlite-index.ts';
import type { FilesFound, IndexState } from '../../../src/core/search/workspace-index.ts';

export const signal = new AbortController().signal;
export const workerUrl = new URL('../../../src/index-worker.ts', import.meta.url);

/** A folder with files, a home for its index, and no battery unless a test puts one there. */
export interface IndexRig {
  readonly root: string;
  readonly home: string;
  readonly powerSupply: string;
  /** Of all indexes opened here, in the order they came. */
  readonly states: IndexState[];
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** Held as soon as it has said that so many files are done. */
  open(limits?: Partial<IndexLimits>, heldFrom?: number): SqliteIndex;
  find(index: SqliteIndex, text: string, limit?: number): Promise<FilesFound>;
  /** Only the paths. */
  paths(index: SqliteIndex, text: string): Promise<readonly string[]>;
  /** The one database in the home. */
  databaseFile(): Promise<string>;
  /** Chunks in the database of a path, by their row ids. */
  chunksOf(name: string): Promise<readonly number[]>;
  remove(): Promise<void>;
}

export async function indexRig(): Promise<IndexRig> {
  const base = await realpath(await mkdtemp(path.join(tmpdir(), 'magus-index-')));
  const root = path.join(base, 'work');
  const home = path.join(base, 'home', 'index');
  const powerSupply = path.join(base, 'power');
  await mkdir(root);
  await mkdir(powerSupply);
  const states: IndexState[] = [];
  const opened: SqliteIndex[] = [];
  const rig: IndexRig = {
    root,
    home,
    powerSupply,
    states,
    write: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(root, name)), { recursive: true });
        await writeFile(path.join(root, name), content);
      }
    },
    open: (limits = {}, heldFrom = Number.POSITIVE_INFINITY) => {
      const onState = (_folder: string, state: IndexState): void => {
        states.push(state);
        if (state.done >= heldFrom) index.hold(true);
      };
      const index = sqliteIndex({ home, powerSupply, workerUrl, onState, limits: { ...usualLimits, ...limits } });
      opened.push(index);
      return index;
    },
    find: (index, text, limit = 10) => index.search({ folders: [root], text, limit }, signal),
    paths: async (index, text) => (await rig.find(index, text)).files.map((file) => file.path),
    databaseFile: async () => {
      const [name = ''] = (await readdir(home)).filter((each) => each.endsWith('.db'));
      return path.join(home, name);
    },
    chunksOf: async (name) => {
      const database = new DatabaseSync(await rig.databaseFile(), { readOnly: true });
      const rows = database
        .prepare(
          'SELECT chunk.id FROM chunk JOIN file ON file.content = chunk.content WHERE path = ? ORDER BY chunk.id',
        )
        .all(name);
      database.close();
      return rows.map((row) => Number(row['id']));
    },
    remove: async () => {
      await Promise.all(opened.map((index) => index.close()));
      await rm(base, { recursive: true, force: true });
    },
  };
  return rig;
}
