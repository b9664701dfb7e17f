import type { PlanStep } from '../../protocol/plan.ts';
import type { RecordedCall, StepStatus } from '../../protocol/task-event.ts';
import type { TaskRun } from '../agents/task-run.ts';
import { unansweredCalls } from '../agents/unanswered-calls.ts';
import { executorOpening } from '../prompts/prompts.ts';
import { conversationOf } from '../task/reduce.ts';
import { askUserSpec, finishStepInput, finishStepSpec, specOf, updatePlanSpec } from '../tools/control-tools.ts';
import { coreTools, useToolSpec } from '../tools/tool-families.ts';
import { askModel } from './ask-model.ts';
import { beginCall, callId, endCall, refuseCall } from './call-events.ts';
import { assertUsefulReplies, isUseless, sameFailure } from './going-in-circles.ts';
import { parseArguments } from './parse-arguments.ts';
import { runCheck } from './run-check.ts';
import { runControlCall } from './run-control-call.ts';
import { runToolCall } from './run-tool-call.ts';

export interface StepOutcome {
  readonly status: StepStatus;
  readonly summary: string;
  readonly evidence: string;
}

/** What a step's check said; undefined where there is none. */
type Check = Awaited<ReturnType<typeof runCheck>>;

const mostCallsAReply = 32;
const mostFailedChecks = 3;

/**
 * The tool loop of one step. What comes next is read from the log at every turn: calls without an answer are run, a reply
 * without calls ends the step, anything else asks the model. So it goes on after a crash wherever it was.
 */
export async function runStep(run: TaskRun, step: PlanStep, signal: AbortSignal): Promise<StepOutcome> {
  for (;;) {
    signal.throwIfAborted();
    const pending = unansweredCalls(run.state, step.id);
    const last = conversationOf(run.state, step.id).turns.at(-1);
    let outcome: StepOutcome | undefined;
    if (pending.length > 0) outcome = await answerCalls(run, step, pending, signal);
    else if (last?.kind === 'reply' && last.calls.length === 0) outcome = await endWithText(run, step, last, signal);
    else await askExecutor(run, step, signal);
    if (outcome) return outcome;
  }
}

function askExecutor(run: TaskRun, step: PlanStep, signal: AbortSignal): Promise<void> {
  assertUsefulReplies(run.state, step.id);
  const offered = offeredTools(run);
  const specs = coreTools(offered).map((tool) => specOf(tool.name, tool.description, tool.input));
  const steering = [askUserSpec, finishStepSpec, updatePlanSpec, useToolSpec(offered) ?? []].flat();
  const tools = [...specs, ...steering].sort((a, b) => (a.name < b.name ? -1 : 1));
  const opening = executorOpening(run.state, step, run.ports.commands.shell);
  return askModel(run, { conversation: step.id, purpose: 'act', opening, tools }, signal);
}

const memoryTools: ReadonlySet<string> = new Set(['remember', 'recall', 'forget']);

function offeredTools({ ports, state }: TaskRun): TaskRun['ports']['tools'] {
  const remembers = state.start.memory && state.start.trusted;
  return remembers ? ports.tools : ports.tools.filter(({ name }) => !memoryTools.has(name));
}

async function answerCalls(
  run: TaskRun,
  step: PlanStep,
  calls: readonly RecordedCall[],
  signal: AbortSignal,
): Promise<StepOutcome | undefined> {
  const last = conversationOf(run.state, step.id).turns.findLast((turn) => turn.kind === 'reply');
  const made = last?.kind === 'reply' ? last.calls : [];
  for (const call of calls) {
    signal.throwIfAborted();
    const outcome =
      last?.kind !== 'reply' || !last.whole
        ? await refuseCall(run, step.id, call, wasCutOff)
        : made.indexOf(call) >= mostCallsAReply
          ? await refuseCall(run, step.id, call, tooManyCalls)
          : await answerCall(run, step, call, signal);
    if (outcome) return outcome;
  }
  return undefined;
}

const wasCutOff =
  '[not run] Your reply was cut off, so none of its calls were run. Make the call again, in smaller pieces if it was long.';
const tooManyCalls = `[not run] At most ${mostCallsAReply} calls a reply. Make fewer calls and look at their results.`;

async function answerCall(
  run: TaskRun,
  step: PlanStep,
  call: RecordedCall,
  signal: AbortSignal,
): Promise<StepOutcome | undefined> {
  if (call.name === 'finish_step') {
    const outcome = await finish(run, step, call, signal);
    if (outcome) return outcome;
  } else if (!(await runControlCall(run, step, call, signal))) {
    await runToolCall(run, step.id, call, signal);
  }
  const summary = sameFailure(run.state, step.id);
  return summary === undefined ? undefined : { status: 'failed', summary, evidence: '' };
}

async function finish(
  run: TaskRun,
  step: PlanStep,
  call: RecordedCall,
  signal: AbortSignal,
): Promise<StepOutcome | undefined> {
  const parsed = parseArguments({ name: call.name, input: finishStepInput }, call);
  beginCall(run, step.id, call, 'Finish the step');
  if (!parsed.ok) {
    await endCall(run, step.id, call, parsed.failure);
    return undefined;
  }
  const said = parsed.input as { summary: string; evidence: string };
  const check = await runCheck(run, step, call.id, signal);
  const content =
    check === undefined || wasRefused(check)
      ? 'The step has ended.'
      : check.ok
        ? 'The check passed.'
        : `The check failed. Mend it and finish again.\n${check.content}`;
  await endCall(run, step.id, call, { ok: check === undefined || check.ok || wasRefused(check), content });
  return outcomeOf(run, step, check, said);
}

async function endWithText(
  run: TaskRun,
  step: PlanStep,
  last: Extract<Parameters<typeof isUseless>[0], { kind: 'reply' }>,
  signal: AbortSignal,
): Promise<StepOutcome | undefined> {
  if (isUseless(last)) {
    await note(run, step, 'That reply was empty or cut off. Go on: call a tool, or finish_step.');
    return undefined;
  }
  const replies = conversationOf(run.state, step.id).replies;
  const check = await runCheck(run, step, callId(run, step.id, `${replies}_text`), signal);
  const outcome = outcomeOf(run, step, check, { summary: last.text, evidence: '' });
  if (!outcome) await note(run, step, `The check failed. Mend it and finish again.\n${check?.content ?? ''}`);
  return outcome;
}

/** The harness judges, not the model: verified only by a check that passed; undefined while the model may mend it. */
function outcomeOf(
  run: TaskRun,
  step: PlanStep,
  check: Check,
  said: { summary: string; evidence: string },
): StepOutcome | undefined {
  if (check === undefined) return { status: 'unverified', ...said };
  if (check.ok) return { status: 'verified', ...said };
  if (wasRefused(check))
    return { ...said, status: 'unverified', summary: `${said.summary}\nNot checked: ${check.content}` };
  if ((run.state.steps.get(step.id)?.failedChecks ?? 0) < mostFailedChecks) return undefined;
  const summary = `The check failed ${mostFailedChecks} times: ${step.check}\n${check.content.slice(0, 1000)}`;
  return { status: 'failed', summary, evidence: '' };
}

/** A check that nobody allowed says nothing about the step. */
function wasRefused(check: NonNullable<Check>): boolean {
  return check.error?.kind === 'permission-denied';
}

function note(run: TaskRun, step: PlanStep, text: string): Promise<void> {
  return run.emit({ type: 'note-added', conversation: step.id, text, by: 'harness' });
}
