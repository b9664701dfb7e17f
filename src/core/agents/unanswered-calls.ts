import type { RecordedCall } from '../../protocol/task-event.ts';
import type { TaskState } from '../task/state.ts';

/** Calls of a conversation's newest reply that have no answer yet, in their order. */
export function unansweredCalls(state: TaskState, conversation: string): readonly RecordedCall[] {
  const last = state.conversations.get(conversation)?.turns.findLast((turn) => turn.kind === 'reply');
  return last?.kind === 'reply' ? last.calls.filter((call) => !state.calls.get(call.id)?.ended) : [];
}
