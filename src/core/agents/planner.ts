import type { Plan } from '../../protocol/plan.ts';
import type { RecordedCall, TaskEvent } from '../../protocol/task-event.ts';
import { MagusError } from '../errors/magus-error.ts';
import { askModel } from '../loop/ask-model.ts';
import { failureOf, parseArguments, runToolCall } from '../loop/run-tool-call.ts';
import { plannerOpening } from '../prompts/prompts.ts';
import { planFault } from '../task/plan-graph.ts';
import { conversationOf } from '../task/reduce.ts';
import { answerInput, answerSpec, proposePlanInput, proposePlanSpec, specOf } from '../tools/control-tools.ts';
import type { ToolResult } from '../tools/tool.ts';
import type { TaskRun } from './task-run.ts';
import { say } from './task-run.ts';
import { unansweredCalls } from './unanswered-calls.ts';

const readingTools = ['read_file', 'list_files', 'search_text', 'diagnostics'];
const mostReplies = 12;
const mostReadingCalls = 10;
const conversation = 'plan';

/** Answers a mere question or proposes a plan. With failures, the plan is a new one for what is left. */
export async function plan(run: TaskRun, failures: readonly string[], signal: AbortSignal): Promise<void> {
  const request = await say(run, {
    from: 'coordinator',
    to: 'planner',
    kind: 'request',
    body: { topic: 'plan', failures: [...failures] },
  });
  if (failures.length > 0) {
    const done = [...run.state.steps.values()]
      .filter(({ status }) => status === 'verified' || status === 'unverified')
      .map(({ step, summary }) => `- ${step.title}: ${summary}`);
    await note(
      run,
      `The plan failed here:\n${failures.join('\n')}\nDone so far:\n${done.join('\n') || '- nothing'}\nPropose a plan for what is left.`,
    );
  }
  const revision = run.state.plan?.revision ?? 0;
  const first = conversationOf(run.state, conversation).replies;
  while ((run.state.plan?.revision ?? 0) === revision && run.state.answer === undefined) {
    signal.throwIfAborted();
    await planOnce(run, first, signal);
  }
  await say(run, {
    from: 'planner',
    to: 'coordinator',
    kind: 'reply',
    inReplyTo: request,
    body: { topic: 'plan', outcome: run.state.answer === undefined ? 'plan' : 'answer' },
  });
}

async function planOnce(run: TaskRun, first: number, signal: AbortSignal): Promise<void> {
  const pending = unansweredCalls(run.state, conversation);
  for (const call of pending) await answerCall(run, call, signal);
  if (pending.length > 0) return;
  const replies = conversationOf(run.state, conversation).replies - first;
  if (replies >= mostReplies)
    throw new MagusError(
      'model-output',
      'The model did not come to a plan. Try again, word the goal more narrowly, or choose another model.',
      { code: 'NO_PLAN' },
    );
  const last = conversationOf(run.state, conversation).turns.at(-1);
  if (last?.kind === 'reply' && last.calls.length === 0)
    await note(run, 'That reply was empty or cut off. Call one of your tools.');
  const reading = run.ports.tools
    .filter(({ name }) => readingTools.includes(name))
    .map((tool) => specOf(tool.name, tool.description, tool.input));
  const tools = run.state.start.mode === 'ask' ? [answerSpec, ...reading] : [answerSpec, proposePlanSpec, ...reading];
  await askModel(
    run,
    {
      conversation,
      purpose: 'plan',
      opening: plannerOpening(run.state),
      tools: [...tools].sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
    signal,
  );
}

async function answerCall(run: TaskRun, call: RecordedCall, signal: AbortSignal): Promise<void> {
  const last = conversationOf(run.state, conversation).turns.findLast((turn) => turn.kind === 'reply');
  if (last?.kind === 'reply' && !last.whole)
    return end(
      run,
      call,
      failureOf(
        new MagusError('model-output', '[not run] The reply was cut off. Make the call again, shorter if need be.'),
      ),
    );
  if (call.name === 'answer') {
    const parsed = parseArguments({ name: call.name, input: answerInput }, call);
    return end(run, call, parsed.ok ? { ok: true, content: (parsed.input as { text: string }).text } : parsed.failure);
  }
  if (call.name === 'propose_plan' && run.state.start.mode !== 'ask') return takePlan(run, call);
  const reads = [...run.state.calls.values()].filter(
    (known) => known.conversation === conversation && readingTools.includes(known.name),
  ).length;
  if (!readingTools.includes(call.name))
    return end(
      run,
      call,
      failureOf(
        new MagusError('tool-input', `${call.name} is not for planning. Put it into a step of the plan.`, {
          code: 'UNKNOWN_TOOL',
        }),
      ),
    );
  if (reads >= mostReadingCalls)
    return end(
      run,
      call,
      failureOf(
        new MagusError('tool-input', 'You have read enough: ten calls. Propose the plan now.', {
          code: 'TOO_MANY_CALLS',
        }),
      ),
    );
  await runToolCall(run, conversation, call, signal);
}

async function takePlan(run: TaskRun, call: RecordedCall): Promise<void> {
  const parsed = parseArguments({ name: call.name, input: proposePlanInput }, call);
  if (!parsed.ok) return end(run, call, parsed.failure);
  const revision = (run.state.plan?.revision ?? 0) + 1;
  const proposed = parsed.input as Plan;
  const fault = planFault(proposed);
  if (fault !== undefined) return end(run, call, failureOf(new MagusError('tool-input', fault, { code: 'BAD_PLAN' })));
  await run.emit(...callEvents(call, { ok: true, content: 'The plan was handed over.' }), {
    type: 'plan-proposed',
    plan: withRevision(proposed, revision),
    revision,
  });
}

/** Step ids stay unique in a task: those of a later revision carry its number. */
function withRevision({ steps }: Plan, revision: number): Plan {
  if (revision === 1) return { steps };
  const rename = (id: string): string => `${id}.${revision}`;
  return { steps: steps.map((step) => ({ ...step, id: rename(step.id), after: step.after.map(rename) })) };
}

function end(run: TaskRun, call: RecordedCall, result: ToolResult): Promise<void> {
  return run.emit(...callEvents(call, result));
}

function callEvents(call: RecordedCall, result: ToolResult): readonly TaskEvent[] {
  return [
    { type: 'tool-call-started', conversation, callId: call.id, name: call.name, title: call.name },
    { type: 'tool-call-ended', conversation, callId: call.id, durationMs: 0, ...result },
  ];
}

function note(run: TaskRun, text: string): Promise<void> {
  return run.emit({ type: 'note-added', conversation, text, by: 'harness' });
}
