import { isMagusError, type MagusError } from '../errors/magus-error.ts';
import type { ModelReply, ModelRequest, Ports } from '../ports.ts';

const waitsMs = [300, 1000] as const;
const longestRateWaitMs = 30_000;

/**
 * One reply, tried up to twice more when the server or the way to it failed; a rate limit is waited for once.
 * `onText` starts again from the beginning with each try. Throws what the model port throws.
 */
export async function completeWithRetries(
  ports: Pick<Ports, 'clock' | 'model'>,
  request: ModelRequest,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<ModelReply> {
  let retries = 0;
  let waitedForRate = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ports.model.complete(request, onText, signal);
    } catch (thrown) {
      if (signal.aborted || !isMagusError(thrown) || thrown.kind !== 'model-unavailable' || !thrown.retryable)
        throw thrown;
      const waitMs = thrown.code === 'RATE' ? rateWaitMs(thrown, waitedForRate) : waitsMs[retries];
      if (waitMs === undefined) throw thrown;
      if (thrown.code === 'RATE') waitedForRate = true;
      else retries += 1;
      await ports.clock.sleep(waitMs, signal);
    }
  }
}

/** What the server asked for, unless it is too long to sit through or was already granted. */
function rateWaitMs(error: MagusError, waitedForRate: boolean): number | undefined {
  const asked = error.details['retryAfterMs'];
  const waitMs = typeof asked === 'number' ? asked : 1000;
  return waitedForRate || waitMs > longestRateWaitMs ? undefined : waitMs;
}
