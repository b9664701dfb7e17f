import type { PlanStep } from '../../protocol/plan.ts';
import type { TaskRun } from '../agents/task-run.ts';
import type { ToolResult } from '../tools/tool.ts';
import { runToolCall } from './run-tool-call.ts';

/** The harness's own run of a step's check, under the same policy as any command; undefined when there is none. */
export async function runCheck(
  run: TaskRun,
  step: PlanStep,
  afterCall: string,
  signal: AbortSignal,
): Promise<ToolResult | undefined> {
  if (step.check === undefined || step.check.trim() === '') return undefined;
  const id = `${afterCall}-check`;
  const done = run.state.calls.get(id)?.ended;
  if (done && !done.content.startsWith('[')) return done;
  const attempt = done ? `${id}-again` : id;
  return runToolCall(
    run,
    `${step.id}:check`,
    { id: attempt, name: 'run_command', arguments: JSON.stringify({ command: step.check, timeout_s: 600 }) },
    signal,
  );
}
