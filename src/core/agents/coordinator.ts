import type { TaskEvent, TaskStatus } from '../../protocol/task-event.ts';
import type { MagusError } from '../errors/magus-error.ts';
import { toMagusError } from '../errors/magus-error.ts';
import { startTimeLimit } from '../loop/limits.ts';
import type { Ports } from '../ports.ts';
import type { TaskState } from '../task/state.ts';
import { learnLater } from './knowledge.ts';
import { endOwnCommands, offerToEndLeftovers } from './leftover-commands.ts';
import { nextAction } from './next-action.ts';
import { perform } from './perform.ts';
import { reconcileCalls } from './reconcile.ts';
import type { TaskRun } from './task-run.ts';
import { openRun } from './task-run.ts';
import { whileHeld } from './while-held.ts';

/**
 * Start here. Runs a task from wherever its log ends until it is over, or until somebody must be asked who is not there
 * (then `ended` stays undefined and the task can be resumed). Throws `user-input` for an unknown task or one that another
 * process is running.
 */
export async function runTask(ports: Ports, taskId: string, signal: AbortSignal): Promise<TaskState> {
  const lease = await ports.log.acquire(taskId);
  try {
    const run = await openRun(whileHeld(ports, lease), taskId);
    const time = startTimeLimit(ports.clock, run.state);
    const stop = AbortSignal.any([signal, lease.lost, time.signal]);
    await untilStopped(run, stop, async () => {
      await offerToEndLeftovers(run, stop);
      await reconcileCalls(run);
      for (let action = nextAction(run.state); action; action = nextAction(run.state)) {
        stop.throwIfAborted();
        await perform(run, action, stop);
      }
    }).finally(time.stop);
    learnLater(ports, run.state);
    return run.state;
  } finally {
    await ports.browser.end(taskId).finally(() => lease.release());
  }
}

/** Every way in which a task can stop early ends here, as an event that says what happened and what to do. */
async function untilStopped(run: TaskRun, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (caught) {
    const error = signal.aborted ? whyStopped(signal) : toMagusError(caught);
    if (error.code === 'NOBODY_TO_ASK') return;
    await endOwnCommands(run);
    await run.emit(endOf(run.state, error));
  }
}

/** Time that ran out says so itself; everything else that stops a task is a cancellation. */
function whyStopped(signal: AbortSignal): MagusError {
  const reason = toMagusError(signal.reason);
  return reason.kind === 'limit-reached' ? reason : toMagusError(new DOMException('Cancelled.', 'AbortError'));
}

function endOf(state: TaskState, error: MagusError): TaskEvent {
  const status: TaskStatus =
    error.kind === 'limit-reached' ? 'limit-reached' : error.kind === 'cancelled' ? 'cancelled' : 'failed';
  const failure = {
    kind: error.kind,
    message: error.message,
    ...(error.code === undefined ? {} : { code: error.code }),
  };
  return { type: 'task-ended', status, summary: error.message, usage: state.usage, error: failure };
}
