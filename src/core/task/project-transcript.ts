import type { ChatMessage } from '../ports.ts';
import type { CallState, Conversation, TaskState, Turn } from './state.ts';

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
  const kept = conversation.turns.slice(conversation.dropped).flatMap((turn) => projectTurn(turn, state.calls));
  return [...opening, ...projectDigest(conversation), ...kept];
}

export function projectTurn(turn: Turn, calls: ReadonlyMap<string, CallState>): readonly ChatMessage[] {
  if (turn.kind === 'note') return [{ role: 'user', content: turn.text }];
  if (turn.text === '' && turn.calls.length === 0) return [];
  const reply: ChatMessage = {
    role: 'assistant',
    content: turn.text,
    calls: turn.calls,
    ...(turn.reasoning === undefined ? {} : { reasoning: turn.reasoning }),
  };
  const answers = turn.calls.map(
    (call): ChatMessage => ({ role: 'tool', callId: call.id, content: answerOf(calls.get(call.id)) }),
  );
  return [reply, ...answers];
}

function projectDigest(conversation: Conversation): readonly ChatMessage[] {
  return conversation.dropped === 0 ? [] : [{ role: 'user', content: conversation.digest }];
}

function answerOf(call: CallState | undefined): string {
  if (call?.ended) return call.ended.content;
  return call ? `${outcomeUnknown} This call was begun and never answered.` : '[not run] This call was never begun.';
}
