import type { RecordedCall, TaskEvent } from '../../protocol/task-event.ts';
import type { TaskRun } from '../agents/task-run.ts';
import { MagusError } from '../errors/magus-error.ts';
import { failureOf } from '../tools/failure-of.ts';
import type { ToolResult } from '../tools/tool.ts';

/** Logs a call; whoever has an effect waits until that is on disk. One that a former session began and never got to is not begun twice. */
export function beginCall(run: TaskRun, conversation: string, call: RecordedCall, title: string): void {
  if (!run.state.calls.has(call.id)) void run.emit(started(conversation, call, title));
}

export function endCall(
  run: TaskRun,
  conversation: string,
  call: RecordedCall,
  result: ToolResult,
  durationMs = 0,
): Promise<void> {
  return run.emit({ type: 'tool-call-ended', conversation, callId: call.id, durationMs, ...result });
}

/** Both events of a call that has no effect outside the task. */
export function wholeCall(
  run: TaskRun,
  conversation: string,
  call: RecordedCall,
  result: ToolResult,
): readonly TaskEvent[] {
  const ended: TaskEvent = { type: 'tool-call-ended', conversation, callId: call.id, durationMs: 0, ...result };
  return run.state.calls.has(call.id) ? [ended] : [started(conversation, call, call.name), ended];
}

/** Answers a call that was not run, with the reason. */
export async function refuseCall(
  run: TaskRun,
  conversation: string,
  call: RecordedCall,
  why: string,
): Promise<undefined> {
  const failure = failureOf(new MagusError('model-output', why, { code: 'NOT_RUN' }));
  await run.emit(...wholeCall(run, conversation, call, failure));
}

/** Unique in the task. Steps come and go and may be named anything, so neither their place nor their name would do. */
export function callId(run: TaskRun, conversation: string, number: string): string {
  const place = conversation === 'plan' ? 'plan' : run.ports.hash.sha256(conversation).slice(0, 8);
  return `${place}_${number}`;
}

function started(conversation: string, call: RecordedCall, title: string): TaskEvent {
  return { type: 'tool-call-started', conversation, callId: call.id, name: call.name, title };
}
