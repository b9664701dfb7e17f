import type { FileChange } from '../../protocol/task-event.ts';
import type { Ports } from '../ports.ts';
import { outcomeUnknown } from '../task/project-transcript.ts';
import type { CallState } from '../task/state.ts';
import { controlTools } from '../tools/control-tools.ts';
import type { ToolResult } from '../tools/tool.ts';
import { formerCommand, processes } from './leftover-commands.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Answers every call that a former session began and never answered, by looking at the world; nothing is run again. A call
 * that only waited for a person, or only steers the task, has done nothing yet: it stays open and is taken up where it was.
 */
export async function reconcileCalls(run: TaskRun): Promise<void> {
  for (const call of [...run.state.calls.values()]) {
    const untouched = call.waiting || controlTools.has(call.name);
    // The harness asks its own questions anew.
    if (call.ended || (untouched && call.conversation !== 'harness')) continue;
    const result = await reconcile(run.ports, run.state.taskId, call);
    await run.emit({
      type: 'tool-call-ended',
      conversation: call.conversation,
      callId: call.callId,
      durationMs: 0,
      ...result,
    });
  }
}

async function reconcile(ports: Ports, taskId: string, call: CallState): Promise<ToolResult> {
  if (call.changing) return reconcileFiles(ports, call.changing);
  const command = formerCommand(taskId, call);
  const [survivor] = command ? await ports.commands.survivors([command]) : [];
  const still = survivor ? `It is still running as ${processes(survivor)}.` : 'It is not running any more.';
  if (call.command)
    return unknown(
      `The session ended while this command was running, so whether it took effect is not known. ${still} Its output so far is in ${call.command.output}. Look at its effects before you run it again.${wayBack(call)}`,
    );
  return unknown(
    `The session ended during this call. It may or may not have taken effect: look before you make it again.${survivor ? ` ${still}` : ''}${wayBack(call)}`,
  );
}

function wayBack({ name }: CallState): string {
  const released = name === 'deploy_apply' || name === 'deploy_rollback';
  return released ? ' deploy_status says how far it came and how to bring back what was before.' : '';
}

async function reconcileFiles(ports: Ports, changes: readonly FileChange[]): Promise<ToolResult> {
  const now = await Promise.all(changes.map(({ path }) => hashOf(ports, path)));
  await ports.files.tidy(changes.map(({ path }) => path));
  const paths = changes.map(({ path }) => path).join(', ');
  if (changes.every(({ after }, index) => now[index] === after)) {
    return {
      ok: true,
      content: `Done: the session ended during this call, and ${paths} is as the call would leave it.`,
      changes,
    };
  }
  const untouched = changes.every(({ before }, index) => now[index] === before);
  if (untouched)
    return unknown(
      `The session ended during this call, before it changed anything: ${paths} is as it was. Make the call again if it is still wanted.`,
    );
  const text = `The session ended during this call and ${paths} is neither as before nor as wanted. Read it before you go on.`;
  // What it did change can be undone only where the changes are known.
  return { ...unknown(text), changes };
}

async function hashOf(ports: Ports, path: string): Promise<string | null> {
  const facts = await ports.files.facts(path);
  if (facts.kind !== 'file') return null;
  return ports.hash.sha256(await ports.files.read(path, facts.size + 1));
}

function unknown(text: string): ToolResult {
  const content = `${outcomeUnknown} ${text}`;
  return { ok: false, content, error: { kind: 'tool-failed', code: 'OUTCOME_UNKNOWN', message: content } };
}
