/** Waits for the promise no longer than until the abort: for work that cannot be interrupted. */
export async function abortable<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  // Nobody waits any more for what is given up.
  work.catch(() => {});
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
