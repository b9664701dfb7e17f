import type { ChatMessage } from '../ports.ts';

const shortestOverlap = 12;
const longestOverlap = 400;

/** What a model is shown when it, or another one, goes on with a text that was cut. */
export function continuation(messages: readonly ChatMessage[], partial: string): readonly ChatMessage[] {
  if (partial === '') return messages;
  return [
    ...messages,
    { role: 'assistant', content: partial, calls: [] },
    {
      role: 'user',
      content:
        'Your reply above was cut off by the connection. Go on exactly where it stops, without repeating any of it. If it was about to call a tool, call it now.',
    },
  ];
}

export interface Continued {
  readonly onText: (text: string) => void;
  /** Shows what is still held back; call it when the attempt is over. */
  readonly flush: () => void;
}

/** Takes out the words that a model repeats although it was asked not to, before anybody sees them. */
export function withoutOverlap(partial: string, onText: (text: string) => void): Continued {
  let held = '';
  let decided = partial.length < shortestOverlap;
  const flush = (): void => {
    if (decided) return;
    decided = true;
    const rest = held.slice(overlapOf(partial, held));
    if (rest !== '') onText(rest);
  };
  return {
    onText: (text) => {
      if (decided) return onText(text);
      held += text;
      if (held.length > longestOverlap || !mayRepeat(partial, held)) flush();
    },
    flush,
  };
}

/** Could the beginning still turn out to repeat the partial text's end, or the whole of it? */
function mayRepeat(partial: string, held: string): boolean {
  return partial.slice(-longestOverlap).includes(held) || partial.startsWith(held);
}

function overlapOf(partial: string, held: string): number {
  if (held.startsWith(partial)) return partial.length;
  const most = Math.min(partial.length, held.length, longestOverlap);
  for (let length = most; length >= shortestOverlap; length -= 1)
    if (partial.endsWith(held.slice(0, length))) return length;
  return 0;
}
