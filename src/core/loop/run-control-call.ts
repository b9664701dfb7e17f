import type { PlanStep } from '../../protocol/plan.ts';
import type { RecordedCall } from '../../protocol/task-event.ts';
import type { TaskRun } from '../agents/task-run.ts';
import { MagusError } from '../errors/magus-error.ts';
import { planFault, takenIdFault } from '../task/plan-graph.ts';
import { askUserInput, updatePlanInput } from '../tools/control-tools.ts';
import { failureOf } from '../tools/failure-of.ts';
import type { ToolResult } from '../tools/tool.ts';
import { beginCall, endCall } from './call-events.ts';
import { parseArguments } from './parse-arguments.ts';

/** Answers the calls that steer the task itself. False: it is not one of them. */
export async function runControlCall(
  run: TaskRun,
  step: PlanStep,
  call: RecordedCall,
  signal: AbortSignal,
): Promise<boolean> {
  if (call.name !== 'ask_user' && call.name !== 'update_plan') return false;
  beginCall(run, step.id, call, call.name === 'ask_user' ? 'Ask the user' : 'Change the plan');
  const result = call.name === 'ask_user' ? await askUser(run, call, signal) : await updatePlan(run, call);
  await endCall(run, step.id, call, result);
  return true;
}

async function askUser(run: TaskRun, call: RecordedCall, signal: AbortSignal): Promise<ToolResult> {
  const parsed = parseArguments({ name: call.name, input: askUserInput }, call);
  if (!parsed.ok) return parsed.failure;
  const { question, choices } = parsed.input as { question: string; choices: string[] };
  // A question that a former session asked is still there to be answered.
  if (!run.state.calls.get(call.id)?.waiting)
    await run.emit({ type: 'question-asked', callId: call.id, question, choices });
  const answer = await run.ports.people.answer(run.state.taskId, { callId: call.id, question, choices }, signal);
  signal.throwIfAborted();
  return {
    ok: true,
    content: answer ?? 'Nobody is here to answer. Decide yourself, carefully, and say in the summary what you assumed.',
  };
}

async function updatePlan(run: TaskRun, call: RecordedCall): Promise<ToolResult> {
  const parsed = parseArguments({ name: call.name, input: updatePlanInput }, call);
  if (!parsed.ok) return parsed.failure;
  const { add, remove } = (parsed.input as { changes: { add: PlanStep[]; remove: string[] } }).changes;
  const known = [...run.state.steps.values()];
  const begun = remove.find((id) => run.state.steps.get(id)?.status !== 'pending');
  const steps = [...known.filter(({ step }) => !remove.includes(step.id)).map(({ step }) => step), ...add];
  const fault =
    begun !== undefined
      ? `Step ${begun} has begun or is not in the plan, so it cannot be removed.`
      : (planFault({ steps }) ?? takenIdFault(run.state, add));
  if (fault !== undefined) return failureOf(new MagusError('tool-input', fault, { code: 'BAD_PLAN' }));
  await run.emit({ type: 'plan-changed', added: add, removed: remove });
  return { ok: true, content: `The plan now has ${steps.length} steps.` };
}
