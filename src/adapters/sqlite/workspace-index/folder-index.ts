import { createHash } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isMagusError } from '../../../core/errors/magus-error.ts';
import type { IndexState } from '../../../core/search/workspace-index.ts';
import { createLeaseStore, heartbeatMs, type LeaseStore } from '../lease-store.ts';
import { fromSqlite, isDamage } from '../sqlite-error.ts';
import type { IndexSettings } from './index-protocol.ts';
import { createIndexStore, type IndexStore } from './index-store.ts';
import { openIndex, throwAway } from './open-index.ts';
import type { Walk } from './scan-folder.ts';
import { createIndexSearch, type IndexHits } from './search-index.ts';
import { type Progress, updateIndex } from './update-index.ts';

export interface Surroundings {
  readonly settings: IndexSettings;
  readonly walk: Walk;
  /** Awaited between pieces of work, told what it is that waits. Answers for how long; throws when the thread ends. */
  readonly turn: (onHeld: (reason: string) => void) => Promise<number>;
  readonly onState: (folder: string, state: IndexState) => void;
  readonly signal: AbortSignal;
}

/** The index of one workspace folder. */
export interface FolderIndex {
  readonly folder: string;
  /** One at a time: who asks while one runs gets another one's end. Never throws but for the end of the thread. */
  update(): Promise<IndexState>;
  hits(words: readonly string[]): IndexHits;
  state(): IndexState;
  close(): void;
}

interface OpenIndex {
  readonly database: DatabaseSync;
  readonly store: IndexStore;
  readonly leases: LeaseStore;
  readonly search: (words: readonly string[]) => IndexHits;
}

const writer = { taskId: 'index' };
const nothing: IndexHits = { chunks: [], paths: [] };

export function createFolderIndex(folder: string, around: Surroundings): FolderIndex {
  const file = indexFile(around.settings.home, folder);
  let open: OpenIndex | undefined;
  /** Only an index: it is thrown away before the next update, and built anew. */
  let damaged = false;
  let state: IndexState = { phase: 'updating', done: 0, total: 0 };
  let running: Promise<IndexState> | undefined;
  let next: Promise<IndexState> | undefined;
  const show = (to: IndexState): IndexState => {
    state = to;
    around.onState(folder, to);
    return to;
  };
  const close = (): void => {
    open?.leases.releaseAll();
    open?.database.close();
    open = undefined;
  };
  const work = async (triesLeft = 1): Promise<IndexState> => {
    if (damaged) {
      close();
      throwAway(file);
      damaged = false;
    }
    try {
      open ??= openParts(file, folder);
      return await updateOpen(open, { folder, around, show, shown: () => state });
    } catch (error) {
      if (around.signal.aborted) throw error;
      damaged = isDamage(error);
      if (damaged && triesLeft > 0) return work(triesLeft - 1);
      if (isLeased(error)) return show(elsewhere(state));
      return show({ ...state, phase: 'off', reason: fromSqlite(error, file).message });
    }
  };
  const update = (): Promise<IndexState> => {
    if (running === undefined) {
      running = work().finally(() => {
        running = undefined;
      });
      return running;
    }
    // It may have gone past what has changed since.
    next ??= running.then(() => {
      next = undefined;
      return update();
    });
    return next;
  };
  return {
    folder,
    update,
    hits: (words) => {
      try {
        return open?.search(words) ?? nothing;
      } catch (error) {
        damaged = isDamage(error);
        if (damaged) void update().catch(() => undefined);
        return nothing;
      }
    },
    state: () => state,
    close,
  };
}

function openParts(file: string, folder: string): OpenIndex {
  const database = openIndex(file);
  // Indexes that nobody opens for long are removed.
  utimesSync(file, new Date(), new Date());
  return {
    database,
    store: createIndexStore(database),
    leases: createLeaseStore(database, () => {}),
    search: createIndexSearch(database, folder),
  };
}

interface Telling {
  readonly folder: string;
  readonly around: Surroundings;
  readonly show: (state: IndexState) => IndexState;
  readonly shown: () => IndexState;
}

async function updateOpen({ database, store, leases }: OpenIndex, telling: Telling): Promise<IndexState> {
  const { folder, around, show, shown } = telling;
  const known = store.readState();
  if (known !== undefined) show(JSON.parse(known) as IndexState);
  const lease = take(leases);
  if (lease === undefined) return show(elsewhere(shown()));
  const heart = setInterval(() => beat(leases), heartbeatMs);
  const onProgress = ({ done, total }: Progress): void => void show({ phase: 'updating', done, total });
  try {
    const ended = await updateIndex(
      {
        folder,
        store,
        walk: around.walk,
        limits: around.settings.limits,
        turn: () => around.turn((reason) => show({ ...shown(), phase: 'paused', reason })),
        guard: () => leases.guard(writer.taskId),
        onProgress,
      },
      around.signal,
    );
    const { leftOut, ...counts } = ended;
    const state: IndexState = { phase: 'ready', ...counts, ...(leftOut === undefined ? {} : { leftOut }) };
    store.writeState(JSON.stringify(state));
    // Otherwise what was removed would stay readable in the write-ahead log.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return show(state);
  } finally {
    clearInterval(heart);
    if (database.isOpen) leases.release({ ...writer, token: lease });
  }
}

function elsewhere(state: IndexState): IndexState {
  return { ...state, phase: 'paused', reason: 'another window or process is building it' };
}

function isLeased(error: unknown): boolean {
  return isMagusError(error) && error.code === 'LEASED';
}

/** undefined: another process has it. */
function take(leases: LeaseStore): string | undefined {
  try {
    return leases.acquire(writer).token;
  } catch (error) {
    if (isLeased(error)) return undefined;
    throw error;
  }
}

function beat(leases: LeaseStore): void {
  try {
    leases.beat();
  } catch {
    // A lock or a full disk may pass; whoever takes the lease over is noticed by the guard.
  }
}

function indexFile(home: string, folder: string): string {
  return join(home, `${createHash('sha256').update(folder).digest('hex').slice(0, 24)}.db`);
}
