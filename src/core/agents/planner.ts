import { MagusError } from '../errors/magus-error.ts';
import { askModel } from '../loop/ask-model.ts';
import { refuseCall } from '../loop/call-events.ts';
import { assertUsefulReplies, sameFailure } from '../loop/going-in-circles.ts';
import { plannerOpening } from '../prompts/prompts.ts';
import { conversationOf } from '../task/reduce.ts';
import { answerSpec, proposePlanSpec, specOf } from '../tools/control-tools.ts';
import { coreTools, useToolSpec } from '../tools/tool-families.ts';
import { answerPlannerCall, conversation, readingTools } from './planner-calls.ts';
import type { TaskRun } from './task-run.ts';
import { say, sayingFailure } from './task-run.ts';
import { unansweredCalls } from './unanswered-calls.ts';

const mostReplies = 12;

/** Answers a mere question or proposes a plan. With failures, the plan is a new one for what is left. */
export async function plan(run: TaskRun, failures: readonly string[], signal: AbortSignal): Promise<void> {
  const request = await say(run, {
    from: 'coordinator',
    to: 'planner',
    kind: 'request',
    body: { topic: 'plan', failures: [...failures] },
  });
  const revision = run.state.plan?.revision ?? 0;
  if (failures.length > 0) await tellFailures(run, revision, failures);
  const round = { revision, first: conversationOf(run.state, conversation).turns.length };
  const back = { from: 'planner', to: 'coordinator', inReplyTo: request } as const;
  await sayingFailure(
    run,
    (reason) => ({ ...back, body: { topic: 'plan', failures: [reason] } }),
    async () => {
      while (!isOver(run, round)) {
        signal.throwIfAborted();
        await planOnce(run, round, signal);
      }
    },
  );
  const outcome = run.state.answer === undefined ? 'plan' : 'answer';
  await say(run, { ...back, kind: 'reply', body: { topic: 'plan', outcome } });
}

async function tellFailures(run: TaskRun, revision: number, failures: readonly string[]): Promise<void> {
  const done = [...run.state.steps.values()]
    .filter(({ status }) => status === 'verified' || status === 'unverified')
    .map(({ step, summary }) => `- ${step.title}: ${summary}`);
  const text = `Plan ${revision} failed here:\n${failures.join('\n')}\nDone so far:\n${done.join('\n') || '- nothing'}\nPropose a plan for what is left, by another way.`;
  // After a crash in the middle of replanning the Planner knows it already.
  const { turns } = conversationOf(run.state, conversation);
  if (!turns.some((turn) => turn.kind === 'note' && turn.text === text)) await note(run, text);
}

/** One time of planning: it begins behind so many turns, with the plan at this revision. */
interface Round {
  readonly first: number;
  readonly revision: number;
}

function isOver({ state }: TaskRun, { revision }: Round): boolean {
  return state.answer !== undefined || (state.plan?.revision ?? 0) !== revision;
}

async function planOnce(run: TaskRun, round: Round, signal: AbortSignal): Promise<void> {
  const pending = unansweredCalls(run.state, conversation);
  for (const call of pending) {
    signal.throwIfAborted();
    if (isOver(run, round)) {
      await refuseCall(run, conversation, call, '[not run] Planning was over by then.');
      continue;
    }
    await answerPlannerCall(run, call, round.first, signal);
    const failure = sameFailure(run.state, conversation);
    if (failure !== undefined) throw noPlan(failure);
  }
  if (pending.length > 0) return;
  assertUsefulReplies(run.state, conversation);
  const { turns } = conversationOf(run.state, conversation);
  if (turns.slice(round.first).filter(({ kind }) => kind === 'reply').length >= mostReplies)
    throw noPlan(`It has replied ${mostReplies} times.`);
  const last = turns.at(-1);
  if (last?.kind === 'reply' && last.calls.length === 0)
    await note(run, 'That reply was empty or cut off. Call one of your tools.');
  await askPlanner(run, signal);
}

function askPlanner(run: TaskRun, signal: AbortSignal): Promise<void> {
  const reading = readingTools(run);
  const specs = coreTools(reading).map((tool) => specOf(tool.name, tool.description, tool.input));
  const steering = run.state.start.mode === 'ask' ? [answerSpec] : [answerSpec, proposePlanSpec];
  const tools = [...steering, ...specs, useToolSpec(reading) ?? []].flat().sort((a, b) => (a.name < b.name ? -1 : 1));
  return askModel(
    run,
    { conversation, purpose: 'plan', opening: plannerOpening(run.state, run.ports.commands.shell), tools },
    signal,
  );
}

function noPlan(why: string): MagusError {
  return new MagusError(
    'model-output',
    `The model did not come to a plan. ${why}\nResume the task to try again, word the goal more narrowly, or choose another model.`,
    { code: 'NO_PLAN' },
  );
}

function note(run: TaskRun, text: string): Promise<void> {
  return run.emit({ type: 'note-added', conversation, text, by: 'harness' });
}
