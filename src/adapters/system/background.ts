import { setTimeout as wait } from 'node:timers/promises';
import { toMagusError } from '../../core/errors/magus-error.ts';
import type { Memory } from '../../core/memory/memory-ports.ts';

/** Runs work that nobody waits for. `close` waits a little for what still runs, then ends it. */
export function startBackground(onWarning: (text: string) => void): {
  readonly later: Memory['later'];
  close(patienceMs: number): Promise<void>;
} {
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    later: (work) => {
      if (ending.signal.aborted) return;
      const done = work(ending.signal)
        .catch((caught: unknown) => {
          if (!ending.signal.aborted) onWarning(`Nothing was learned from the task: ${toMagusError(caught).message}`);
        })
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
