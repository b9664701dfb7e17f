import type { PlanStep } from '../../protocol/plan.ts';
import type { TaskRun } from '../agents/task-run.ts';
import { outcomeUnknown } from '../task/project-transcript.ts';
import { checksOf } from '../task/reduce.ts';
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
  let id = `${afterCall}-check`;
  // A check that a crash cut off says nothing, so it is run anew under a name of its own.
  for (let again = 2; run.state.calls.get(id)?.ended?.content.startsWith(outcomeUnknown); again += 1)
    id = `${afterCall}-check-${again}`;
  const done = run.state.calls.get(id)?.ended;
  if (done) return done;
  const input = JSON.stringify({ command: step.check, timeout_s: 600 });
  return runToolCall(run, checksOf(step.id), { id, name: 'run_command', arguments: input }, signal);
}
