import type { IndexLimits } from './index-protocol.ts';
import type { FileToIndex, IndexedFile, IndexStore } from './index-store.ts';
import { readForIndex } from './read-for-index.ts';
import { type ScannedFile, scanFolder, type Walk } from './scan-folder.ts';

export interface Updating {
  readonly folder: string;
  readonly store: IndexStore;
  readonly walk: Walk;
  readonly limits: IndexLimits;
  /** Awaited between pieces of work: returns when it may go on, throws when it must end. Answers how long it was held. */
  readonly turn: () => Promise<number>;
  /** Throws when another process writes this index. */
  readonly guard: () => void;
  readonly onProgress: (progress: Progress) => void;
}
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly leftOut: string | undefined;
}

/** What is written in one transaction: some 50 ms of work, which is how long a search may have to wait. */
const bytesAtOnce = 192 * 1024;
const filesAtOnce = 64;
/** So many changed files leave the index in pieces that make searching slow. */
const mergedFrom = 500;

/**
 * Makes the index equal to the folder: unchanged files (by size and time, else by content) are left as they are. Killed at
 * any point, the next one goes on from there.
 */
export async function updateIndex(updating: Updating, signal: AbortSignal): Promise<Progress> {
  const { folder, store, limits, guard } = updating;
  const clock = createWorkClock(updating.turn);
  await clock.turn();
  const scan = await scanFolder(folder, { walk: updating.walk, limits, turn: clock.turn }, signal);
  const known = store.files();
  const changed = scan.files.filter((file) => !isSame(file, known.get(file.path)));
  const total = scan.files.length;
  let left = changed.length;
  const progress = (leftOut = scan.leftOut): Progress => ({ done: total - left, total, leftOut });
  if (left > 0) updating.onProgress(progress());
  for (const batch of batches(changed)) {
    if (clock.workedMs() > limits.ms)
      return progress([`${left} files for want of time`, scan.leftOut].filter(Boolean).join('; '));
    store.put(batch.map((file) => readForIndex(folder, file)).filter(isThere), guard);
    left -= batch.length;
    updating.onProgress(progress());
    await clock.turn();
  }
  const present = new Set(scan.files.map(({ path }) => path));
  const gone = [...known.keys()].filter((path) => !present.has(path));
  for (let at = 0; at < gone.length; at += filesAtOnce) {
    store.remove(gone.slice(at, at + filesAtOnce), guard);
    await clock.turn();
  }
  if (changed.length >= mergedFrom) while (store.merge()) await clock.turn();
  return progress();
}

function isSame(file: ScannedFile, known: IndexedFile | undefined): boolean {
  return known?.size === file.size && known.modifiedMs === file.modifiedMs;
}

function isThere(file: FileToIndex | undefined): file is FileToIndex {
  return file !== undefined;
}

function* batches(files: readonly ScannedFile[]): Generator<readonly ScannedFile[]> {
  let batch: ScannedFile[] = [];
  let bytes = 0;
  for (const file of files) {
    batch.push(file);
    bytes += file.size;
    if (bytes < bytesAtOnce && batch.length < filesAtOnce) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Time of work alone: what was waited for is taken off. */
function createWorkClock(turn: () => Promise<number>): { turn(): Promise<void>; workedMs(): number } {
  const began = performance.now();
  let heldMs = 0;
  return {
    turn: async () => {
      heldMs += await turn();
    },
    workedMs: () => performance.now() - began - heldMs,
  };
}
