import type { TaskRun } from '../agents/task-run.ts';
import { MagusError } from '../errors/magus-error.ts';
import { estimateTokens } from '../models/estimate-tokens.ts';
import { messageTokens, toolTokens } from '../models/request-tokens.ts';
import { projectTranscript, projectTurn } from '../task/project-transcript.ts';
import { conversationOf } from '../task/reduce.ts';
import type { CallState, Conversation, Turn } from '../task/state.ts';
import type { Question } from './ask-model.ts';

/** Part of the context window that a request may fill; the rest is for the reply. */
const fillable = 0.8;
/** After compaction a request fills at most this part of what it may fill, so that it is not needed again at once. */
const target = 0.6;
/** The digest may take this part of the room beside the opening, and no more than so many tokens. */
const digestShare = 0.25;
const digestTokens = 6000;
const digestCharacters = 200;
const answerLengths = [12_000, 4000, 1000, 200] as const;

/**
 * Makes a request fit: whole turns leave the front of the conversation and a digest stands for them; a call and its answer
 * leave together. The newest turns stay, their answers cut short if need be. Throws `limit-reached` when the opening alone
 * does not fit. `share` narrows the budget.
 */
export async function compactIfNeeded(run: TaskRun, question: Question, share: number): Promise<void> {
  const budget = run.ports.model.contextTokens * fillable * share;
  const tools = toolTokens(question.tools);
  if (
    tools + messageTokens(question.opening) + messageTokens(projectTranscript(run.state, question.conversation, [])) <=
    budget
  )
    return;
  const room = budget - tools - messageTokens(question.opening);
  if (room < digestRoomAtLeast)
    throw new MagusError(
      'limit-reached',
      'The goal and its context do not fit into this model. Shorten them or choose a model with a larger context window.',
      { code: 'CONTEXT_TOO_LONG' },
    );
  const conversation = conversationOf(run.state, question.conversation);
  const digestRoom = Math.min(room * digestShare, digestTokens);
  const kept = whatStays(conversation, run.state.calls, room * target - digestRoom);
  const droppedTurns = Math.max(conversation.dropped, conversation.turns.length - kept.turns);
  await run.emit({
    type: 'context-compacted',
    conversation: question.conversation,
    droppedTurns,
    digest: digestOf(conversation.turns.slice(0, droppedTurns), run.state.calls, digestRoom),
    ...(kept.longestAnswer === undefined ? {} : { longestAnswer: kept.longestAnswer }),
  });
}

/** Below this a digest would say nothing. */
const digestRoomAtLeast = 200;

/** How many turns at the end fit into the room; where not even the newest does, its answers are cut until it fits. */
function whatStays(
  { turns, longestAnswer, cutTurns }: Conversation,
  calls: ReadonlyMap<string, CallState>,
  room: number,
): { readonly turns: number; readonly longestAnswer?: number } {
  const sizeAt = (index: number, longest: number): number => {
    const turn = turns[index];
    return turn === undefined ? 0 : messageTokens(projectTurn(turn, calls, longest));
  };
  let left = room;
  let count = 0;
  for (let index = turns.length - 1; index >= 0; index -= 1) {
    left -= sizeAt(index, index < cutTurns ? longestAnswer : Number.POSITIVE_INFINITY);
    if (left < 0) break;
    count += 1;
  }
  if (count > 0) return { turns: count };
  const fitting = answerLengths.find((longest) => sizeAt(turns.length - 1, longest) <= room);
  return fitting === undefined ? { turns: 0 } : { turns: 1, longestAnswer: fitting };
}

/** What happened in the turns that left, one line a call, the newest kept when there is too much. */
function digestOf(turns: readonly Turn[], calls: ReadonlyMap<string, CallState>, tokens: number): string {
  const lines = turns.flatMap((turn) =>
    turn.kind === 'note'
      ? [`note: ${turn.text.slice(0, digestCharacters)}`]
      : [
          ...(turn.text === '' ? [] : [turn.text.slice(0, digestCharacters)]),
          ...turn.calls.map((call) => callLine(call.name, call.arguments, calls.get(call.id))),
        ],
  );
  const shown: string[] = [];
  let left = tokens - estimateTokens(digestHead) - estimateTokens(digestTail) - 10;
  for (const line of lines.toReversed()) {
    left -= estimateTokens(line) + 1;
    if (left < 0) break;
    shown.unshift(line);
  }
  const missing = shown.length < lines.length ? ['…'] : [];
  return [digestHead, ...missing, ...shown, digestTail].join('\n');
}

const digestHead = 'Earlier turns were left out to save room. What they did:';
const digestTail = 'Read a file again before you rely on what it said.';

function callLine(name: string, input: string, call: CallState | undefined): string {
  const outcome = call?.ended ? (call.ended.ok ? 'ok' : 'failed') : 'unknown';
  return `${name} ${input.slice(0, digestCharacters)} → ${outcome}: ${(call?.ended?.content ?? '').split('\n', 1)[0]?.slice(0, 120) ?? ''}`;
}
