import type { TaskRun } from '../agents/task-run.ts';
import { MagusError } from '../errors/magus-error.ts';
import { estimateTokens } from '../models/estimate-tokens.ts';
import type { ChatMessage } from '../ports.ts';
import { projectTranscript, projectTurn } from '../task/project-transcript.ts';
import { conversationOf } from '../task/reduce.ts';
import type { CallState, Turn } from '../task/state.ts';
import type { Question } from './ask-model.ts';

/** Part of the context window that a request may fill; the rest is for the reply. */
const fillable = 0.8;
/** After compaction a request fills at most this part of what it may fill, so that it is not needed again at once. */
const target = 0.6;
const digestCharacters = 200;

/**
 * Makes a request fit: whole turns leave the front of the conversation and a digest stands for them; a call and its answer
 * leave together. Throws `limit-reached` when even the newest turn does not fit. `share` narrows the budget.
 */
export async function compactIfNeeded(run: TaskRun, question: Question, share: number): Promise<void> {
  const budget = run.ports.model.contextTokens * fillable * share;
  const tools = estimateTokens(JSON.stringify(question.tools));
  const whole = projectTranscript(run.state, question.conversation, question.opening);
  if (tools + sizeOf(whole) <= budget) return;
  const conversation = conversationOf(run.state, question.conversation);
  const fixed = tools + sizeOf(question.opening);
  const sizes = conversation.turns.map((turn) => sizeOf(projectTurn(turn, run.state.calls)));
  let kept = conversation.turns.length;
  let room = budget * target - fixed - digestRoom(conversation.turns.length);
  while (kept > 0 && room - (sizes[kept - 1] ?? 0) >= 0) {
    kept -= 1;
    room -= sizes[kept] ?? 0;
  }
  if (fixed > budget) {
    throw new MagusError(
      'limit-reached',
      'The goal and its context do not fit into this model. Shorten them or choose a model with a larger context window.',
      { code: 'CONTEXT_TOO_LONG' },
    );
  }
  const droppedTurns = Math.max(conversation.dropped, kept);
  const digest = digestOf(
    conversation.turns.slice(0, droppedTurns),
    run.state.calls,
    Math.max(2000, (budget - fixed) * 0.3 * 3),
  );
  await run.emit({ type: 'context-compacted', conversation: question.conversation, droppedTurns, digest });
}

function digestRoom(turns: number): number {
  return Math.min(turns * 80, 6000);
}

function sizeOf(messages: readonly ChatMessage[]): number {
  return messages.reduce(
    (sum, message) =>
      sum +
      4 +
      estimateTokens(message.content) +
      (message.role === 'assistant' ? estimateTokens(JSON.stringify(message.calls)) : 0),
    0,
  );
}

/** What happened in the turns that left, one line a call, the newest kept when there is too much. */
function digestOf(turns: readonly Turn[], calls: ReadonlyMap<string, CallState>, characters: number): string {
  const lines = turns.flatMap((turn) =>
    turn.kind === 'note'
      ? [`note: ${turn.text.slice(0, digestCharacters)}`]
      : [
          ...(turn.text === '' ? [] : [turn.text.slice(0, digestCharacters)]),
          ...turn.calls.map((call) => callLine(call.name, call.arguments, calls.get(call.id))),
        ],
  );
  const text = lines.join('\n');
  const shown = text.length > characters ? `…\n${text.slice(-characters)}` : text;
  return `Earlier turns were left out to save room. What they did:\n${shown}\nRead a file again before you rely on what it said.`;
}

function callLine(name: string, input: string, call: CallState | undefined): string {
  const outcome = call?.ended ? (call.ended.ok ? 'ok' : 'failed') : 'unknown';
  return `${name} ${input.slice(0, digestCharacters)} → ${outcome}: ${(call?.ended?.content ?? '').split('\n', 1)[0]?.slice(0, 120) ?? ''}`;
}
