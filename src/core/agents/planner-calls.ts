import type { Plan } from '../../protocol/plan.ts';
import type { RecordedCall } from '../../protocol/task-event.ts';
import { MagusError } from '../errors/magus-error.ts';
import { refuseCall, wholeCall } from '../loop/call-events.ts';
import { asWritten, parseArguments } from '../loop/parse-arguments.ts';
import { runToolCall } from '../loop/run-tool-call.ts';
import { basedOn } from '../memory/based-on.ts';
import { planFault, takenIdFault } from '../task/plan-graph.ts';
import { conversationOf } from '../task/reduce.ts';
import { answerInput, proposePlanInput } from '../tools/control-tools.ts';
import { failureOf } from '../tools/failure-of.ts';
import type { Tool, ToolResult } from '../tools/tool.ts';
import { unwrapCall, useTool } from '../tools/tool-families.ts';
import type { TaskRun } from './task-run.ts';

/** The conversation of the Planner with its model. */
export const conversation = 'plan';
const mostReadingCalls = 10;

/** What the Planner may use besides its own calls; those of families by `use_tool`. */
export function readingTools({ ports }: TaskRun): readonly Tool[] {
  return ports.tools.filter(({ reads }) => reads);
}

/** Answers one call of the Planner. `first`: turns before this time of planning. */
export async function answerPlannerCall(
  run: TaskRun,
  call: RecordedCall,
  first: number,
  signal: AbortSignal,
): Promise<void> {
  const { turns } = conversationOf(run.state, conversation);
  const last = turns.findLast((turn) => turn.kind === 'reply');
  if (last?.kind === 'reply' && !last.whole)
    return refuseCall(
      run,
      conversation,
      call,
      '[not run] The reply was cut off. Make the call again, shorter if need be.',
    );
  if (call.name === 'answer') {
    const parsed = parseArguments({ name: call.name, input: answerInput }, call);
    return end(run, call, parsed.ok ? { ok: true, content: (parsed.input as { text: string }).text } : parsed.failure);
  }
  const asks = run.state.start.mode === 'ask';
  if (call.name === 'propose_plan' && !asks) return takePlan(run, call);
  const reading = readingTools(run);
  const { call: meant, answer } = unwrapCall(reading, asWritten(run, call));
  if (answer?.ok) return end(run, call, answer);
  if (!reading.some(({ name }) => name === meant.name)) {
    const next = asks ? 'Nothing may be changed: read, then call answer.' : 'Put it into a step of the plan.';
    const why = answer?.content ?? `${call.name} is not for planning.`;
    return end(run, call, refusal(`${why} ${next}`, 'UNKNOWN_TOOL'));
  }
  const calls = turns.slice(first).flatMap((turn) => (turn.kind === 'reply' ? turn.calls : []));
  const reads = calls.filter(({ name }) => name === useTool || reading.some((tool) => tool.name === name));
  if (reads.indexOf(call) >= mostReadingCalls)
    return end(
      run,
      call,
      refusal('You have read enough: ten calls. Propose the plan or answer now.', 'TOO_MANY_CALLS'),
    );
  await runToolCall(run, conversation, call, signal);
}

function refusal(text: string, code: string): ToolResult {
  return failureOf(new MagusError('tool-input', text, { code }));
}

async function takePlan(run: TaskRun, call: RecordedCall): Promise<void> {
  const parsed = parseArguments({ name: call.name, input: proposePlanInput }, call);
  if (!parsed.ok) return end(run, call, parsed.failure);
  const revision = (run.state.plan?.revision ?? 0) + 1;
  const proposed = parsed.input as Plan;
  const fault = planFault(proposed);
  if (fault !== undefined) return end(run, call, refusal(fault, 'BAD_PLAN'));
  const plan = withRevision(proposed, revision);
  const taken = takenIdFault(run.state, plan.steps);
  if (taken !== undefined) return end(run, call, refusal(taken, 'BAD_PLAN'));
  const known = basedOn(proposed, run.state.recalled?.hits ?? []);
  await run.emit(...wholeCall(run, conversation, call, { ok: true, content: 'The plan was handed over.' }), {
    type: 'plan-proposed',
    plan,
    revision,
    ...(known ? { basedOn: known } : {}),
  });
}

/** Step ids stay unique in a task: those of a later revision carry its number. */
function withRevision({ steps }: Plan, revision: number): Plan {
  if (revision === 1) return { steps };
  const rename = (id: string): string => `${id}.${revision}`;
  return { steps: steps.map((step) => ({ ...step, id: rename(step.id), after: step.after.map(rename) })) };
}

function end(run: TaskRun, call: RecordedCall, result: ToolResult): Promise<void> {
  return run.emit(...wholeCall(run, conversation, call, result));
}
