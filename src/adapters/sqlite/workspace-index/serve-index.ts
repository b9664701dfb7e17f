import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { MagusError } from '../../../core/errors/magus-error.ts';
import {
  failedAnswer,
  silenceExperimentalWarning,
  type ThreadAnswer,
  type ThreadRequest,
} from '../../../core/thread-questions.ts';
import { findFiles } from './find-files.ts';
import { createFolderIndex, type FolderIndex } from './folder-index.ts';
import type { IndexNotice, IndexOperations, IndexSettings } from './index-protocol.ts';
import type { Walk } from './scan-folder.ts';

/** What other adapters know; brought together by the entry of the thread. */
export interface IndexSenses {
  readonly walk: Walk;
  readonly isOnBattery: (powerSupply: string) => Promise<boolean>;
}

const unusedForMs = 60 * 24 * 60 * 60_000;

/** The index's side of its thread: an update works in pieces, between which searches are answered. */
export function serveIndex(senses: IndexSenses): void {
  silenceExperimentalWarning(process);
  let operations: IndexOperations | undefined;
  const answer = async ({ id, name, input }: ThreadRequest): Promise<void> => {
    try {
      if (name === 'open') {
        const { settings } = input as Parameters<IndexOperations['open']>[0];
        removeUnused(settings.home);
        operations = createOperations(senses, settings);
      }
      if (operations === undefined) throw new MagusError('internal', 'The index is not open: send open first.');
      const perform = operations[name as keyof IndexOperations] as (given: unknown) => unknown;
      post({ type: 'answered', id, output: await perform(input) });
    } catch (error) {
      post(failedAnswer(id, error));
    }
    if (name === 'close') parentPort?.close();
  };
  parentPort?.on('message', (request: ThreadRequest) => void answer(request));
}

function createOperations(senses: IndexSenses, settings: IndexSettings): IndexOperations {
  const folders = new Map<string, FolderIndex>();
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const gate = createGate(() => senses.isOnBattery(settings.powerSupply), closing.signal);
  const indexOf = (folder: string): FolderIndex => {
    const known = folders.get(folder);
    if (known) return known;
    const onState = (of: string, state: ReturnType<FolderIndex['state']>): void =>
      post({ type: 'state', folder: of, state });
    const made = createFolderIndex(folder, {
      settings,
      walk: senses.walk,
      turn: gate.turn,
      onState,
      signal: closing.signal,
    });
    folders.set(folder, made);
    return made;
  };
  return {
    open: () => null,
    update: async ({ folder }) => {
      const updating = indexOf(folder).update();
      running.add(updating);
      return updating.finally(() => running.delete(updating));
    },
    search: ({ query }) => {
      const indexes = query.folders.flatMap((folder) => folders.get(folder) ?? []);
      return findFiles(indexes, query);
    },
    hold: ({ held }) => {
      gate.hold(held);
      return null;
    },
    close: async () => {
      closing.abort(new MagusError('cancelled', 'The index is closed.'));
      await Promise.allSettled(running);
      for (const index of folders.values()) index.close();
      return null;
    },
  };
}

interface Gate {
  turn(onHeld: (reason: string) => void): Promise<number>;
  hold(held: boolean): void;
}

const batteryAskedEveryMs = 20_000;

/** Where an update waits between its pieces: while the user types, and while the machine runs on its battery. */
function createGate(isOnBattery: () => Promise<boolean>, signal: AbortSignal): Gate {
  let held = false;
  let onBattery = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let changed = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => changed.resolve(), { once: true });
  const reason = async (): Promise<string | undefined> => {
    if (performance.now() - askedAt > batteryAskedEveryMs) {
      askedAt = performance.now();
      onBattery = await isOnBattery();
    }
    if (onBattery) return 'the machine runs on its battery';
    return held ? 'you are typing' : undefined;
  };
  return {
    turn: async (onHeld) => {
      await setImmediate();
      const from = performance.now();
      for (let why = await reason(); why !== undefined; why = await reason()) {
        signal.throwIfAborted();
        onHeld(why);
        await Promise.race([changed.promise, setTimeout(batteryAskedEveryMs + 1, undefined, { ref: false })]);
      }
      signal.throwIfAborted();
      return performance.now() - from;
    },
    hold: (to) => {
      held = to;
      changed.resolve();
      changed = Promise.withResolvers<void>();
    },
  };
}

/** Indexes of folders that nobody has worked on for long. */
function removeUnused(home: string): void {
  try {
    for (const name of readdirSync(home)) {
      const file = join(home, name);
      if (Date.now() - statSync(file).mtimeMs > unusedForMs) rmSync(file, { force: true });
    }
  } catch {
    // There is none yet, or another process is at the same.
  }
}

function post(message: ThreadAnswer | IndexNotice): void {
  parentPort?.postMessage(message);
}
