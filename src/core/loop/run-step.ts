import type { PlanStep } from '../../protocol/plan.ts';
import type { RecordedCall, StepStatus } from '../../protocol/task-event.ts';
import type { TaskRun } from '../agents/task-run.ts';
import { unansweredCalls } from '../agents/unanswered-calls.ts';
import { MagusError } from '../errors/magus-error.ts';
import { executorOpening } from '../prompts/prompts.ts';
import { conversationOf } from '../task/reduce.ts';
import { askUserSpec, finishStepInput, finishStepSpec, specOf, updatePlanSpec } from '../tools/control-tools.ts';
import type { ToolResult } from '../tools/tool.ts';
import { askModel } from './ask-model.ts';
import { runCheck } from './run-check.ts';
import { runControlCall } from './run-control-call.ts';
import { failureOf, parseArguments, runToolCall } from './run-tool-call.ts';

export interface StepOutcome {
  readonly status: StepStatus;
  readonly summary: string;
  readonly evidence: string;
}

const mostCallsAReply = 32;
const mostSameFailures = 3;
const mostEmptyReplies = 2;
const mostChecks = 3;

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
  const specs = run.ports.tools.map((tool) => specOf(tool.name, tool.description, tool.input));
  const tools = [...specs, askUserSpec, finishStepSpec, updatePlanSpec].sort((a, b) => (a.name < b.name ? -1 : 1));
  return askModel(
    run,
    { conversation: step.id, purpose: 'act', opening: executorOpening(run.state, step), tools },
    signal,
  );
}

async function answerCalls(
  run: TaskRun,
  step: PlanStep,
  calls: readonly RecordedCall[],
  signal: AbortSignal,
): Promise<StepOutcome | undefined> {
  const last = conversationOf(run.state, step.id).turns.findLast((turn) => turn.kind === 'reply');
  const whole = last?.kind === 'reply' && last.whole;
  for (const [index, call] of calls.entries()) {
    signal.throwIfAborted();
    if (!whole)
      await refuse(
        run,
        step.id,
        call,
        '[not run] Your reply was cut off, so none of its calls were run. Make the call again, in smaller pieces if it was long.',
      );
    else if (index >= mostCallsAReply)
      await refuse(
        run,
        step.id,
        call,
        `[not run] At most ${mostCallsAReply} calls a reply. Make fewer calls and look at their results.`,
      );
    else if (call.name === 'finish_step') {
      const outcome = await finish(run, step, call, signal);
      if (outcome) return outcome;
    } else if (!(await runControlCall(run, step, call, signal))) {
      const result = await runToolCall(run, step.id, call, signal);
      if (!result.ok && failedBefore(run, step.id, call) >= mostSameFailures)
        return {
          status: 'failed',
          summary: `The same call failed ${mostSameFailures} times: ${call.name}: ${result.content.slice(0, 500)}`,
          evidence: '',
        };
    }
  }
  return undefined;
}

/** How often this very call has failed in a row at the end of the conversation. */
function failedBefore(run: TaskRun, conversation: string, call: RecordedCall): number {
  const calls = conversationOf(run.state, conversation).turns.flatMap((turn) =>
    turn.kind === 'reply' ? turn.calls : [],
  );
  const answered = calls.filter(({ id }) => run.state.calls.get(id)?.ended).reverse();
  const end = answered.findIndex(
    (other) =>
      other.name !== call.name ||
      other.arguments !== call.arguments ||
      run.state.calls.get(other.id)?.ended?.ok === true,
  );
  return end < 0 ? answered.length : end;
}

async function finish(
  run: TaskRun,
  step: PlanStep,
  call: RecordedCall,
  signal: AbortSignal,
): Promise<StepOutcome | undefined> {
  const parsed = parseArguments({ name: call.name, input: finishStepInput }, call);
  await run.emit({
    type: 'tool-call-started',
    conversation: step.id,
    callId: call.id,
    name: call.name,
    title: 'Finish the step',
  });
  if (!parsed.ok) {
    await answer(run, step.id, call, parsed.failure);
    return undefined;
  }
  const { summary, evidence } = parsed.input as { summary: string; evidence: string };
  const check = await runCheck(run, step, call.id, signal);
  const content =
    check === undefined
      ? 'The step has ended.'
      : check.ok
        ? 'The check passed.'
        : `The check failed. Mend it and finish again.\n${check.content}`;
  await answer(run, step.id, call, { ok: check?.ok ?? true, content });
  return outcomeOf(run, step, check, { summary, evidence });
}

async function endWithText(
  run: TaskRun,
  step: PlanStep,
  last: { readonly text: string; readonly whole: boolean },
  signal: AbortSignal,
): Promise<StepOutcome | undefined> {
  if (last.text.trim() === '' || !last.whole) {
    const empty = conversationOf(run.state, step.id).turns.filter(
      (turn) => turn.kind === 'reply' && turn.calls.length === 0,
    ).length;
    if (empty > mostEmptyReplies)
      throw new MagusError(
        'model-output',
        'The model keeps answering nothing that can be used. Resume the task, perhaps with another model.',
        { code: 'EMPTY_REPLY' },
      );
    await run.emit({
      type: 'note-added',
      conversation: step.id,
      text: 'That reply was empty or cut off. Go on: call a tool, or finish_step.',
      by: 'harness',
    });
    return undefined;
  }
  const replies = conversationOf(run.state, step.id).replies;
  const check = await runCheck(run, step, `text${replies}-${step.id}`, signal);
  const outcome = outcomeOf(run, step, check, { summary: last.text, evidence: '' });
  if (!outcome)
    await run.emit({
      type: 'note-added',
      conversation: step.id,
      text: `The check failed. Mend it and finish again.\n${check?.content ?? ''}`,
      by: 'harness',
    });
  return outcome;
}

/** The harness judges, not the model: verified only by a check that passed; undefined while the model may mend it. */
function outcomeOf(
  run: TaskRun,
  step: PlanStep,
  check: ToolResult | undefined,
  said: { summary: string; evidence: string },
): StepOutcome | undefined {
  if (check === undefined) return { status: 'unverified', ...said };
  if (check.ok) return { status: 'verified', ...said };
  const checks = [...run.state.calls.values()].filter(({ conversation }) => conversation === `${step.id}:check`).length;
  return checks >= mostChecks
    ? {
        status: 'failed',
        summary: `The check failed ${mostChecks} times: ${step.check}\n${check.content.slice(0, 1000)}`,
        evidence: '',
      }
    : undefined;
}

async function refuse(run: TaskRun, conversation: string, call: RecordedCall, text: string): Promise<void> {
  await run.emit({ type: 'tool-call-started', conversation, callId: call.id, name: call.name, title: call.name });
  await answer(run, conversation, call, failureOf(new MagusError('model-output', text, { code: 'NOT_RUN' })));
}

function answer(run: TaskRun, conversation: string, call: RecordedCall, result: ToolResult): Promise<void> {
  return run.emit({ type: 'tool-call-ended', conversation, callId: call.id, durationMs: 0, ...result });
}
