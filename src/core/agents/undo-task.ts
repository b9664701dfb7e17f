import type { TaskEvent } from '../../protocol/task-event.ts';
import { MagusError } from '../errors/magus-error.ts';
import { beginCall, endCall } from '../loop/call-events.ts';
import type { Ports } from '../ports.ts';
import { authorize } from '../security/authorize.ts';
import { failureOf } from '../tools/failure-of.ts';
import type { ToolResult } from '../tools/tool.ts';
import { reconcileCalls } from './reconcile.ts';
import { openRun, scopeOf, type TaskRun } from './task-run.ts';
import { whileHeld } from './while-held.ts';

const conversation = 'harness';

/**
 * Brings the files of a task back to how they were before it, all or none, after a person has said yes to these very files:
 * by the tool that a task has for that, held and logged as its own calls are. Returns what was done in words. Throws
 * `user-input` where another process runs the task, and what the tool throws: `STALE` where somebody else changed a file since.
 */
export async function undoTask(ports: Ports, taskId: string, signal: AbortSignal): Promise<string> {
  const lease = await ports.log.acquire(taskId);
  try {
    const run = await openRun(whileHeld(ports, lease), taskId);
    await reconcileCalls(run);
    return await undoEdits(run, AbortSignal.any([signal, lease.lost]));
  } finally {
    await lease.release();
  }
}

async function undoEdits(run: TaskRun, signal: AbortSignal): Promise<string> {
  const tool = run.ports.tools.find(({ name }) => name === 'undo_edits');
  if (!tool) throw new MagusError('internal', 'The undo tool is missing. Reinstall OpenMagus.');
  const call = { id: `undo-${run.state.calls.size}`, name: tool.name, arguments: '{}' };
  beginCall(run, conversation, call, tool.describe({}));
  const { state, emit } = run;
  const scope = scopeOf(run, call.id);
  let result: ToolResult;
  try {
    const effects = await tool.effects(run.ports, scope, {});
    const { taskId } = state;
    const asked = { taskId, callId: call.id, title: tool.describe({}), effects, trusted: state.start.trusted };
    const people = { ...run.ports.people, approve: async () => true };
    const question = { ...asked, approve: 'ask' as const, granted: new Set<string>() };
    const { authorized, decision, hash } = await authorize({ ...run.ports, people }, question, signal);
    if (!authorized) throw new MagusError('permission-denied', decision.reason);
    await emit({ type: 'approval-resolved', callId: call.id, allowed: true, by: 'user', hash });
    result = await tool.run(run.ports, scope, {}, authorized, signal);
  } catch (caught) {
    await endCall(run, conversation, call, failureOf(caught));
    throw caught;
  }
  await endCall(run, conversation, call, result);
  await tellOpenSteps(run, result.content);
  return result.content;
}

/** A step that goes on when the task is resumed finds other files than it left behind. */
async function tellOpenSteps({ state, emit }: TaskRun, done: string): Promise<void> {
  const text = `The user has undone the edits of this task. ${done} Read a file again before you change it.`;
  const open = [...state.steps.values()].filter(({ status }) => status === 'running' || status === 'failed');
  const notes = open.map(({ step }): TaskEvent => ({ type: 'note-added', conversation: step.id, text, by: 'harness' }));
  await emit(...notes);
}
