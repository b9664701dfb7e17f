/** Lets everybody through who waits, each time it opens. */
export function createGate(): { next(signal: AbortSignal): Promise<void>; open(): void } {
  let waiting = Promise.withResolvers<void>();
  return {
    next: async (signal) => {
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const stop = (): void => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      try {
        await Promise.race([waiting.promise, aborted]);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    open: () => {
      const former = waiting;
      waiting = Promise.withResolvers<void>();
      former.resolve();
    },
  };
}
