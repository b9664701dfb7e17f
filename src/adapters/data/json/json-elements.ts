import { MagusError } from '../../../core/errors/magus-error.ts';

/** One element with more characters is not read: it would have to be held in memory whole. */
const longestElement = 64 * 1024 * 1024;

/** The texts of the elements of one JSON array, as they come; false from `onElement` ends the reading. */
export function jsonElements(onElement: (text: string) => boolean): { push(text: string): boolean; end(): void } {
  const state: State = { depth: 0, quoted: false, escaped: false, over: false };
  let rest = '';
  /** Where in `rest` to go on, and where the element that has begun there begins. */
  let at = 0;
  let from = -1;
  const take = (to: number): boolean => {
    const text = from < 0 ? '' : rest.slice(from, to).trim();
    from = -1;
    return text === '' || onElement(text);
  };
  return {
    push: (text) => {
      rest += text;
      for (; at < rest.length && !state.over; at += 1) {
        const code = rest.charCodeAt(at);
        const before = state.depth;
        step(state, code);
        if (state.quoted || state.escaped) continue;
        if (before === 0 && state.depth === 1) from = at + 1;
        else if ((code === comma && state.depth === 1) || (before === 1 && state.depth === 0)) {
          if (!take(at)) return false;
          from = at + 1;
          state.over = state.depth === 0;
        }
      }
      const keep = from < 0 ? at : from;
      rest = rest.slice(keep);
      at -= keep;
      if (from >= 0) from = 0;
      if (rest.length > longestElement) throw tooLong();
      return !state.over;
    },
    end: () => {
      if (!state.over) throw cutShort();
    },
  };
}

interface State {
  depth: number;
  quoted: boolean;
  escaped: boolean;
  over: boolean;
}
const quote = 34;
const backslash = 92;
const comma = 44;

function step(state: State, code: number): void {
  if (state.quoted) {
    if (state.escaped) state.escaped = false;
    else if (code === backslash) state.escaped = true;
    else if (code === quote) state.quoted = false;
    return;
  }
  if (code === quote) state.quoted = true;
  else if (code === 91 || code === 123) state.depth += 1;
  else if (code === 93 || code === 125) state.depth -= 1;
}

function tooLong(): MagusError {
  return new MagusError('tool-failed', 'One element of the JSON array has more than 64 million characters.', {
    code: 'TOO_LARGE',
  });
}

function cutShort(): MagusError {
  return new MagusError(
    'tool-failed',
    'The JSON ends before its array is closed. The file is cut short; get it again.',
    {
      code: 'DAMAGED',
    },
  );
}
