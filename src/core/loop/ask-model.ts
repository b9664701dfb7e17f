import type { FailedAttempt, TaskEvent } from '../../protocol/task-event.ts';
import type { TaskRun } from '../agents/task-run.ts';
import { toMagusError } from '../errors/magus-error.ts';
import { prefixBreak } from '../models/prefix-break.ts';
import type { ChatMessage, ModelReply, ToolSpec } from '../ports.ts';
import { projectTranscript } from '../task/project-transcript.ts';
import { conversationOf } from '../task/reduce.ts';
import { callId } from './call-events.ts';
import { compactIfNeeded } from './compact.ts';
import { assertWithinLimits } from './limits.ts';

export interface Question {
  readonly conversation: string;
  readonly purpose: 'plan' | 'act';
  readonly opening: readonly ChatMessage[];
  readonly tools: readonly ToolSpec[];
}

interface Answer extends ModelReply {
  /** Where the request did not continue the one before it, and a provider's prompt cache was lost. */
  readonly prefixBroken?: string;
}

/** One turn of a model: limits, room, request, and the reply as an event with call ids that are ours and unique in the task. */
export async function askModel(run: TaskRun, question: Question, signal: AbortSignal): Promise<void> {
  assertWithinLimits(run.state);
  await compactIfNeeded(run, question, 1);
  const reply = await complete(run, question, signal).catch(async (caught: unknown) => {
    if (signal.aborted || !(await makeAcceptable(run, question, toMagusError(caught).code))) throw caught;
    return complete(run, question, signal);
  });
  // The calls it makes, or what follows from it, come at once and share its write.
  run.queue(replied(run, question.conversation, reply));
  if (reply.warning !== undefined) run.queue({ type: 'warning', message: reply.warning });
}

/** Changes what the next request holds by what was wrong with the last one; false: nothing can be changed. */
async function makeAcceptable(run: TaskRun, question: Question, code: string | undefined): Promise<boolean> {
  if (code === 'CONTEXT_TOO_LONG') {
    await compactIfNeeded(run, question, 0.5);
    return true;
  }
  // What the user pasted is the task itself: only images that a tool read can be done without.
  const history = projectTranscript(run.state, question.conversation, []);
  const shows = history.some((message) => message.role === 'user' && message.images);
  if (!shows || (code !== 'BAD_REQUEST' && code !== 'NO_CAPABLE_MODEL')) return false;
  await run.emit({ type: 'images-left-out', conversation: question.conversation });
  return true;
}

async function complete(run: TaskRun, question: Question, signal: AbortSignal): Promise<Answer> {
  const { state, ports } = run;
  const { conversation, purpose } = question;
  const former = run.requests.get(conversation);
  // The tools stand before everything else: one that changed would cost the whole prompt cache, so it waits for the next step.
  const tools = former?.tools ?? question.tools;
  const messages = projectTranscript(state, conversation, question.opening);
  const spentUsd = (state.usage.usd ?? 0) - (state.before.usage.usd ?? 0);
  const request = { purpose, session: state.taskId, spentUsd, messages, tools };
  let logged = Promise.resolve();
  const listener = {
    onText: (text: string): void => ports.live(state.taskId, { type: 'text', conversation, text }),
    onAttemptFailed: (attempt: FailedAttempt): void => {
      logged = run.emit({ type: 'model-attempt-failed', conversation, attempt });
      // A log that cannot be written to is met below.
      logged.catch(() => {});
    },
  };
  try {
    const reply = await ports.model.complete(request, listener, signal);
    const broken = former && prefixBreak(former, request);
    run.requests.set(conversation, { tools, messages });
    return broken === undefined ? reply : { ...reply, prefixBroken: broken };
  } finally {
    await logged;
  }
}

function replied(run: TaskRun, conversation: string, reply: Answer): TaskEvent {
  const turn = conversationOf(run.state, conversation).replies + 1;
  const calls = reply.calls.map((call, index) => ({ ...call, id: callId(run, conversation, `${turn}_${index + 1}`) }));
  const reasoning = reply.reasoning === undefined ? {} : { reasoning: reply.reasoning };
  const { text, finish, model, usage, deployment, durationMs, proxied, prefixBroken } = reply;
  const origin = deployment === undefined || durationMs === undefined ? {} : { deployment, durationMs };
  const noted = {
    ...(proxied === undefined ? {} : { proxied }),
    ...(prefixBroken === undefined ? {} : { prefixBroken }),
  };
  return { type: 'model-replied', conversation, text, calls, finish, model, usage, ...reasoning, ...origin, ...noted };
}
