import { headAndTail } from '../head-and-tail.ts';
import type { ChatMessage } from '../ports.ts';
import type { CallState, Conversation, TaskState, Turn } from './state.ts';

const toSaveRoom = ' to save room';

/** Begins the answer of a call whose effect nobody can know. Other programs look for these very words. */
export const outcomeUnknown = '[outcome unknown]';

/**
 * What the model is shown of a conversation. Valid after every prefix of the log: every call has exactly one answer,
 * right behind the reply that made it; a call without one is answered as unknown (started) or not run.
 */
export function projectTranscript(
  state: TaskState,
  conversationId: string,
  opening: readonly ChatMessage[],
): readonly ChatMessage[] {
  const conversation = state.conversations.get(conversationId);
  if (!conversation) return opening;
  const { dropped, cutTurns, longestAnswer, imagelessTurns } = conversation;
  const kept = conversation.turns.slice(dropped).flatMap((turn, index) => {
    const place = dropped + index;
    const messages = projectTurn(turn, state.calls, place < cutTurns ? longestAnswer : Number.POSITIVE_INFINITY);
    return place < imagelessTurns ? messages.map(withoutImages) : messages;
  });
  return [...opening, ...projectDigest(conversation), ...kept];
}

/** Answers longer than `longestAnswer` characters are shown as their head and tail. */
export function projectTurn(
  turn: Turn,
  calls: ReadonlyMap<string, CallState>,
  longestAnswer = Number.POSITIVE_INFINITY,
): readonly ChatMessage[] {
  if (turn.kind === 'note') return [{ role: 'user', content: headAndTail(turn.text, longestAnswer, toSaveRoom) }];
  if (turn.text === '' && turn.calls.length === 0) return [];
  // What is shown of a turn whose calls are all answered stays as it is: the same messages every time, weighed and compared once.
  if (longestAnswer !== Number.POSITIVE_INFINITY || !turn.calls.every(({ id }) => calls.get(id)?.ended))
    return projectReply(turn, calls, longestAnswer);
  const known = settledTurns.get(turn) ?? projectReply(turn, calls, longestAnswer);
  settledTurns.set(turn, known);
  return known;
}
const settledTurns = new WeakMap<Turn, readonly ChatMessage[]>();

function projectReply(
  turn: Exclude<Turn, { kind: 'note' }>,
  calls: ReadonlyMap<string, CallState>,
  longestAnswer: number,
): readonly ChatMessage[] {
  const reply: ChatMessage = {
    role: 'assistant',
    content: turn.text,
    calls: turn.calls,
    ...(turn.reasoning === undefined ? {} : { reasoning: turn.reasoning }),
  };
  const answers = turn.calls.map(
    (call): ChatMessage => ({
      role: 'tool',
      callId: call.id,
      content: headAndTail(answerOf(calls.get(call.id)), longestAnswer, toSaveRoom),
    }),
  );
  return [reply, ...answers, ...projectImages(turn.calls.map(({ id }) => calls.get(id)))];
}

/** Answers of tools can only be text, so their images follow as a message of their own. */
function projectImages(calls: readonly (CallState | undefined)[]): readonly ChatMessage[] {
  const images = calls.flatMap((call) => call?.ended?.images ?? []);
  return images.length === 0 ? [] : [{ role: 'user', content: 'The images of these results, in order:', images }];
}

function withoutImages(message: ChatMessage): ChatMessage {
  if (message.role !== 'user' || !message.images) return message;
  return { role: 'user', content: 'The images of these results were left out: this model takes none.' };
}

function projectDigest(conversation: Conversation): readonly ChatMessage[] {
  return conversation.dropped === 0 ? [] : [{ role: 'user', content: conversation.digest }];
}

function answerOf(call: CallState | undefined): string {
  if (call?.ended) {
    const { content, advice } = call.ended;
    return advice ? `${content}\n\n[memory] ${advice.text}` : content;
  }
  return call ? `${outcomeUnknown} This call was begun and never answered.` : '[not run] This call was never begun.';
}
