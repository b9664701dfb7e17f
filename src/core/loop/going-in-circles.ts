import { MagusError } from '../errors/magus-error.ts';
import type { TaskState, Turn } from '../task/state.ts';

const mostSameFailures = 3;
const mostUselessReplies = 3;

/** Whether the last call of a conversation and those before it are the very same one, and each failed. In words; else undefined. */
export function sameFailure(state: TaskState, conversation: string): string | undefined {
  const answered = turnsOf(state, conversation)
    .flatMap((turn) => (turn.kind === 'reply' ? turn.calls : []))
    .filter(({ id }) => state.calls.get(id)?.ended);
  const last = answered.slice(-mostSameFailures);
  const [first] = last;
  if (!first || last.length < mostSameFailures) return undefined;
  const same = last.every(({ id, name, arguments: input }) => {
    return name === first.name && input === first.arguments && state.calls.get(id)?.ended?.ok === false;
  });
  const said = state.calls.get(last.at(-1)?.id ?? '')?.ended?.content ?? '';
  return same ? `The same call failed ${mostSameFailures} times: ${first.name}: ${said.slice(0, 500)}` : undefined;
}

/** Throws `model-output` when the newest replies, one after the other, were empty or cut off. */
export function assertUsefulReplies(state: TaskState, conversation: string): void {
  const replies = turnsOf(state, conversation).filter((turn) => turn.kind === 'reply');
  const last = replies.slice(-mostUselessReplies);
  if (last.length === mostUselessReplies && last.every(isUseless))
    throw new MagusError(
      'model-output',
      `The model answered nothing that can be used ${mostUselessReplies} times in a row: its replies were empty or cut off. Resume the task, perhaps with another model.`,
      { code: 'EMPTY_REPLY' },
    );
}

export function isUseless(turn: Turn): boolean {
  return turn.kind === 'reply' && (!turn.whole || (turn.calls.length === 0 && turn.text.trim() === ''));
}

/** A resumed task gets a fresh start: what went wrong before does not count. */
function turnsOf(state: TaskState, conversation: string): readonly Turn[] {
  const known = state.conversations.get(conversation);
  return known?.turns.slice(known.former) ?? [];
}
