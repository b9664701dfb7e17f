/**
 * Characters that a person does not see and a model does: tags, marks that reorder text, characters without width, controls,
 * private ones, selectors beyond those of emoji. Joiners stay where emoji and scripts that need them use them.
 */
const hidden = new RegExp(
  [
    // Colours, movements and titles of a terminal.
    String.raw`\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)`,
    String.raw`[^\P{Cc}\t\n\r]`,
    String.raw`\u00ad|\u034f|\u061c|\u115f|\u1160|\u17b4|\u17b5|[\u180b-\u180f]|\u200b|\u200e|\u200f|\u2028|\u2029`,
    String.raw`[\u202a-\u202e]|[\u2060-\u206f]|\u3164|\ufeff|\uffa0|[\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Co}`,
    String.raw`(?<![\p{L}\p{M}\p{Extended_Pictographic}]|\ufe0f)[\u200c\u200d]`,
    String.raw`[\u200c\u200d](?![\p{L}\p{M}\p{Extended_Pictographic}])`,
  ].join('|'),
  'gu',
);

export interface SeenText {
  readonly text: string;
  /** How many characters were taken out, and the lines they were in, counted from 1. */
  readonly removed: number;
  readonly lines: readonly number[];
}

/** A text as a person would see it. */
export function seenText(text: string): SeenText {
  // Nearly every text has none.
  if (!mayHide.test(text)) return { text, removed: 0, lines: [] };
  const lines = new Set<number>();
  let removed = 0;
  let line = 1;
  let counted = 0;
  const clean = text.replace(hidden, (found: string, ...rest: unknown[]) => {
    const at = rest.find((value): value is number => typeof value === 'number') ?? 0;
    for (; counted < at; counted += 1) if (text[counted] === '\n') line += 1;
    lines.add(line);
    removed += [...found].length;
    return found === '\u2028' || found === '\u2029' ? '\n' : '';
  });
  return { text: clean, removed, lines: [...lines] };
}

const mayHide = /[^\t\n\r -~¡-¬®-˿Ͱ-׿぀-ヿ一-鿿]/u;

/** For a model or a person: the text without them, and how many there were. */
export function saidText(text: string): string {
  const seen = seenText(text);
  return seen.removed === 0 ? text : `${seen.text}\n${removedWords(seen)}`;
}

/** "[3 hidden characters removed, in lines 2, 7]" */
export function removedWords({ removed, lines }: Pick<SeenText, 'removed' | 'lines'>): string {
  const shown = `${lines.slice(0, 10).join(', ')}${lines.length > 10 ? ' and more' : ''}`;
  return `[${removed} hidden ${removed === 1 ? 'character' : 'characters'} removed, in line${lines.length === 1 ? '' : 's'} ${shown}]`;
}

export interface SeenWithOffsets {
  readonly text: string;
  /** Of each UTF-16 unit of the seen text in the whole one; one more at the end. */
  readonly offsets: readonly number[];
}

/** Where each unit of the seen text stands in the whole one; undefined: nothing is hidden in it. */
export function seenWithOffsets(text: string): SeenWithOffsets | undefined {
  const offsets: number[] = [];
  let seen = '';
  let from = 0;
  for (const match of text.matchAll(hidden)) {
    for (let at = from; at < match.index; at += 1) offsets.push(at);
    seen += text.slice(from, match.index);
    from = match.index + match[0].length;
  }
  if (from === 0) return undefined;
  for (let at = from; at <= text.length; at += 1) offsets.push(at);
  return { text: seen + text.slice(from), offsets };
}
