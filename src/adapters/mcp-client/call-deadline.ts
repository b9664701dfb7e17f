import { MagusError } from '../../core/errors/magus-error.ts';

/** A time limit that stands still while people are asked. */
export interface CallDeadline {
  readonly signal: AbortSignal;
  /** Resolves with the work; its time does not count. */
  pausedFor<Result>(work: Promise<Result>): Promise<Result>;
  stop(): void;
}

export function callDeadline(limitMs: number): CallDeadline {
  const controller = new AbortController();
  let leftMs = limitMs;
  let pauses = 0;
  let since = performance.now();
  const expire = (): void =>
    controller.abort(
      new MagusError(
        'tool-failed',
        `The server did not answer within ${Math.round(limitMs / 1000)} s and was told to stop; it may have done its work all the same. Look before you call it again, or ask for less.`,
        { code: 'TIMEOUT' },
      ),
    );
  let timer = setTimeout(expire, leftMs);
  const stop = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    stop,
    pausedFor: async (work) => {
      if (pauses++ === 0) {
        stop();
        leftMs -= performance.now() - since;
      }
      try {
        return await work;
      } finally {
        if (--pauses === 0 && !controller.signal.aborted) {
          since = performance.now();
          timer = setTimeout(expire, Math.max(leftMs, 1));
        }
      }
    },
  };
}
