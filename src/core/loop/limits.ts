import { MagusError } from '../errors/magus-error.ts';
import type { Clock } from '../ports.ts';
import type { TaskState } from '../task/state.ts';

/** The longest time that timers can take. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Throws `limit-reached` when a task has used up its turns, cost or tokens. All limits count from the last resumption, so a
 * resumed task has as much again.
 */
export function assertWithinLimits({ start, turns, usage, before }: TaskState): void {
  const { maxTurns, maxUsd, maxTokens } = start.limits;
  if (turns - before.turns >= maxTurns) throw limitReached('TURNS', `${maxTurns} turns`);
  if (maxUsd !== undefined && (usage.usd ?? 0) - (before.usage.usd ?? 0) >= maxUsd)
    throw limitReached('COST', `${maxUsd} USD`);
  const tokens = usage.inputTokens + usage.outputTokens - before.usage.inputTokens - before.usage.outputTokens;
  if (maxTokens !== undefined && tokens >= maxTokens) throw limitReached('TOKENS', `${maxTokens} tokens`);
}

/** Aborts, with `limit-reached` as the reason, when the time of this session is over. Call `stop` when it no longer matters. */
export function startTimeLimit(
  clock: Clock,
  { start }: TaskState,
): { readonly signal: AbortSignal; readonly stop: () => void } {
  const over = new AbortController();
  const stopped = new AbortController();
  const { timeoutS } = start.limits;
  if (timeoutS !== undefined) {
    clock.sleep(Math.min(timeoutS * 1000, longestTimerMs), stopped.signal).then(
      () => over.abort(limitReached('TIME', `${timeoutS} seconds`)),
      () => undefined,
    );
  }
  return { signal: over.signal, stop: () => stopped.abort() };
}

function limitReached(code: string, amount: string): MagusError {
  return new MagusError(
    'limit-reached',
    `The task has used up its limit of ${amount}. Resume it to go on with as much again, or raise the limit.`,
    { code },
  );
}
