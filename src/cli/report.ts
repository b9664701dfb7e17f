import { toMagusError } from '../core/errors/magus-error.ts';
import type { TaskState } from '../core/task/state.ts';

export const exitCodes = {
  done: 0,
  failed: 1,
  badUsage: 2,
  stoppedAtApproval: 3,
  limitReached: 4,
  cancelled: 130,
} as const;

/** The exit code that tells a script how a task stands. */
export function exitCodeOf(state: TaskState): number {
  if (!state.ended) return exitCodes.stoppedAtApproval;
  const { status, error } = state.ended;
  if (status === 'failed') return error?.kind === 'configuration' ? exitCodes.badUsage : exitCodes.failed;
  if (status === 'limit-reached') return exitCodes.limitReached;
  return status === 'cancelled' ? exitCodes.cancelled : exitCodes.done;
}

/** One line on stderr for a person; no stack, no secret. Returns the exit code. */
export function reportFailure(caught: unknown): number {
  const error = toMagusError(caught);
  process.stderr.write(`openmagus: ${error.message}\n`);
  if (error.kind === 'internal' && process.env['OPENMAGUS_DEBUG'])
    process.stderr.write(`${error.cause instanceof Error ? error.cause.stack : ''}\n`);
  return error.kind === 'user-input' || error.kind === 'configuration' ? exitCodes.badUsage : exitCodes.failed;
}
