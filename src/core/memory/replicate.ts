import { toMagusError } from '../errors/magus-error.ts';
import type { Clock, Ports } from '../ports.ts';
import { embedRecords } from './embed-records.ts';
import type { MemoryReplica } from './memory-ports.ts';

export interface Replication {
  /** Something is new; returns at once. */
  nudge(): void;
  /** Waits until the replicas have everything, at most so long. Gives the names of those that do not. */
  settle(ms: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const batch = 100;
const batchMs = 30_000;
const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/** Fills the replicas from the outbox while the process lives. One that fails is tried again, less and less often, and told of once. */
export function startReplication(
  ports: Pick<Ports, 'clock' | 'memory'>,
  onWarning: (text: string) => void,
): Replication {
  const ending = new AbortController();
  const { signal } = ending;
  let loops: Promise<readonly FillingLoop[]> | undefined;
  const load = (): Promise<readonly FillingLoop[]> => {
    loops ??= fillings(ports).then((all) => all.map((filling) => fillingLoop(ports.clock, filling, onWarning, signal)));
    return loops;
  };
  return {
    nudge: () =>
      void load().then(
        (all) => {
          for (const loop of all) loop.nudge();
        },
        (caught: unknown) => onWarning(toMagusError(caught).message),
      ),
    settle: async (ms) => {
      const all = await load();
      for (const loop of all) loop.nudge();
      const given = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
      const waiting = await Promise.all(all.map(async ({ name, idle }) => ((await idle(given)) ? undefined : name)));
      return waiting.filter((name) => name !== undefined);
    },
    stop: async () => {
      ending.abort();
      if (loops) await Promise.allSettled((await loops).map((loop) => loop.close()));
    },
  };
}

interface Filling {
  /** For the user: "Redis". */
  readonly name: string;
  /** Resolves when nothing waits. */
  fill(signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

interface FillingLoop extends Filling {
  nudge(): void;
  /** True when nothing waits any more; false when the signal came first or the last try failed. */
  idle(signal: AbortSignal): Promise<boolean>;
}

/** What is filled from the embedded store: each server, and the vectors where a model makes them. */
async function fillings(ports: Pick<Ports, 'memory'>): Promise<readonly Filling[]> {
  const servers = (await ports.memory.replicas()).map((replica) => ({
    name: replica.name,
    fill: (signal: AbortSignal) => fillReplica(ports, replica, signal),
    close: () => replica.close(),
  }));
  // Which model makes vectors, if any, may change while the process lives.
  const vectors = {
    name: 'The embedding model',
    fill: (signal: AbortSignal) => embedRecords(ports, signal),
    close: async () => {},
  };
  return [...servers, vectors];
}

function fillingLoop(
  clock: Clock,
  filling: Filling,
  onWarning: (text: string) => void,
  signal: AbortSignal,
): FillingLoop {
  let running: Promise<boolean> | undefined;
  let again = false;
  let failures = 0;
  const drain = async (): Promise<boolean> => {
    try {
      do {
        again = false;
        await filling.fill(signal);
      } while (again && !signal.aborted);
      if (failures === 0) return true;
      failures = 0;
      onWarning(`${filling.name} answers again and has everything.`);
      return true;
    } catch (caught) {
      if (signal.aborted) return false;
      if (failures === 0) onWarning(`${toMagusError(caught).message} What is new waits and is sent later.`);
      failures += 1;
      return false;
    }
  };
  const retryLater = (): void => {
    const pause = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
    void clock.sleep(pause, signal).then(nudge, () => {});
  };
  const nudge = (): void => {
    again = true;
    running ??= drain().then((done) => {
      running = undefined;
      if (!done && !signal.aborted) retryLater();
      return done;
    });
  };
  return {
    ...filling,
    nudge,
    idle: async (given) => {
      const outcome = running ?? Promise.resolve(true);
      const stopped = new Promise<boolean>((resolve) => {
        if (given.aborted) resolve(false);
        given.addEventListener('abort', () => resolve(false), { once: true });
      });
      return Promise.race([outcome, stopped]);
    },
  };
}

/**
 * Sends what a replica lacks, oldest first. The position moves after the replica has answered, and putting is idempotent: a
 * kill in between sends a batch again, and nothing is there twice. Another process that fills the same replica goes first.
 */
export async function fillReplica(
  { memory }: Pick<Ports, 'memory'>,
  replica: MemoryReplica,
  signal: AbortSignal,
): Promise<{ readonly put: number; readonly removed: number }> {
  const { key, kind } = replica;
  const nothing = { put: 0, removed: 0 };
  if ((await memory.store.changes({ key, kind, limit: 1 })).waiting === 0) return nothing;
  const lock = await memory.store.lock(key);
  if (!lock) return nothing;
  try {
    return await sendChanges({ memory }, replica, async () => {}, AbortSignal.any([signal, lock.lost]));
  } finally {
    await lock.release();
  }
}

/** For who holds the replica's lock. `onBatch` hears before each batch what was sent and what waits; it may keep it waiting. */
export async function sendChanges(
  { memory }: Pick<Ports, 'memory'>,
  replica: MemoryReplica,
  onBatch: (sent: number, waiting: number) => Promise<void>,
  signal: AbortSignal,
): Promise<{ readonly put: number; readonly removed: number }> {
  const { key, kind } = replica;
  const sent = { put: 0, removed: 0 };
  for (;;) {
    const { puts, removed, position, waiting } = await memory.store.changes({ key, kind, limit: batch });
    await onBatch(sent.put + sent.removed, waiting);
    if (waiting === 0) return sent;
    const given = AbortSignal.any([signal, AbortSignal.timeout(batchMs)]);
    given.throwIfAborted();
    await replica.put(puts, given);
    await replica.remove(removed, given);
    await memory.store.advance(key, position);
    sent.put += puts.length;
    sent.removed += removed.length;
  }
}
