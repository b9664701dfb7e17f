import { setTimeout as wait } from 'node:timers/promises';
import type { Memory } from '../../core/memory/memory-ports.ts';

/** Runs work that nobody waits for. `close` waits a little for what still runs, then ends it. */
export function startBackground(): {
  readonly later: Memory['later'];
  close(patienceMs: number): Promise<void>;
} {
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    later: (work) => {
      if (ending.signal.aborted) return;
      const done = work(ending.signal)
        // The task is over and was told of all that was wrong with it: nobody misses what might have been learned.
        .catch(() => {})
        .finally(() => running.delete(done));
      running.add(done);
    },
    close: async (patienceMs) => {
      const stop = new AbortController();
      const patience = wait(patienceMs, undefined, { signal: stop.signal }).catch(() => {});
      await Promise.race([Promise.all(running), patience]);
      stop.abort();
      ending.abort();
      await Promise.all(running);
    },
  };
}
