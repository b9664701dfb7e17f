import { seenWithOffsets } from '../../../protocol/hidden-text.ts';
import { findLines, findText, separateStarts } from './find-sequence.ts';
import { reindent } from './reindent.ts';
import { isWord, plainPunctuation, type SearchedText, squeeze } from './searched-text.ts';
import { similarPlaces } from './similar-lines.ts';
import type { Slices } from './slices.ts';

export interface Place {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}
export interface Match {
  readonly step: string;
  /** In order. Overlapping ones count as two: they make a match ambiguous. */
  readonly places: readonly Place[];
}

/** The places of `oldText` at the first step of the cascade that hits; none: no places. All texts have `\n` endings only. */
export function* matchText(source: SearchedText, oldText: string, newText: string): Slices<Match> {
  for (const [step, find] of steps) {
    const places = yield* find(source, oldText, newText);
    if (places.length > 0) return { step, places };
    yield;
  }
  return { step: 'none', places: [] };
}

type Find = (source: SearchedText, oldText: string, newText: string) => Slices<readonly Place[]>;

const steps: readonly (readonly [string, Find])[] = [
  ['exact', (source, oldText, newText) => substrings(source.text, oldText, newText)],
  ['trailing blanks', withoutTrailingBlanks],
  ['re-indented', reindented],
  ['Unicode punctuation', (source, oldText, newText) => substrings(source.plain(), plainPunctuation(oldText), newText)],
  ['hidden characters', withoutHidden],
  ['blank lines around', withoutBlankLines],
  ['literal escapes', withoutEscapes],
  ['white-space-blind', sameTokens],
  ['similarity', similarPlaces],
];

function* substrings(text: string, oldText: string, newText: string): Slices<readonly Place[]> {
  return separateStarts(yield* findText(text, oldText), oldText.length).map((start) => ({
    start,
    end: start + oldText.length,
    replacement: newText,
  }));
}

function withoutTrailingBlanks(source: SearchedText, oldText: string, newText: string): Slices<readonly Place[]> {
  const wanted = linesOf(oldText).map((line) => line.trimEnd());
  return wholeLines(source, source.closed, { oldText, wanted, newTextAt: () => newText });
}

function reindented(source: SearchedText, oldText: string, newText: string): Slices<readonly Place[]> {
  const lines = linesOf(oldText);
  const wanted = lines.map((line) => line.trim());
  const newTextAt = (found: readonly string[]): string | undefined => reindent(found, lines, newText);
  return wholeLines(source, source.trimmed, { oldText, wanted, newTextAt });
}

interface WantedLines {
  readonly oldText: string;
  readonly wanted: readonly string[];
  /** What replaces the found lines; undefined: they do not fit after all. */
  readonly newTextAt: (found: readonly string[]) => string | undefined;
}

/** Places where whole lines are the wanted ones in the given form of the text's lines. */
function* wholeLines(
  source: SearchedText,
  forms: () => readonly string[],
  { oldText, wanted, newTextAt }: WantedLines,
): Slices<readonly Place[]> {
  if (wanted.every((line) => line === '') || !mayHold(source.text, wanted)) return [];
  const closed = oldText.endsWith('\n');
  const lines = source.lines();
  yield;
  const starts = source.starts();
  yield;
  const formed = forms();
  yield;
  return separateStarts(yield* findLines(formed, wanted), wanted.length).flatMap((first) => {
    const last = first + wanted.length - 1;
    const newText = newTextAt(lines.slice(first, last + 1));
    const lastOfFile = last === lines.length - 1;
    if (newText === undefined || (closed && lastOfFile && !newText.endsWith('\n'))) return [];
    const end = (starts[last] ?? 0) + (lines[last] ?? '').length;
    return {
      start: starts[first] ?? 0,
      end: closed && !lastOfFile ? end + 1 : end,
      replacement: closed && lastOfFile ? newText.slice(0, -1) : newText,
    };
  });
}

/** What was shown of the file had its hidden characters taken out: they go with what is replaced. */
function* withoutHidden(source: SearchedText, oldText: string, newText: string): Slices<readonly Place[]> {
  const seen = seenWithOffsets(source.text);
  if (seen === undefined || oldText.trim() === '') return [];
  return separateStarts(yield* findText(seen.text, oldText), oldText.length).map((start) => ({
    start: seen.offsets[start] ?? 0,
    end: (seen.offsets[start + oldText.length - 1] ?? 0) + 1,
    replacement: newText,
  }));
}

/** Blank lines around the old text meant that it fills its lines, so it must do so without them too. */
function* withoutBlankLines(source: SearchedText, oldText: string, newText: string): Slices<readonly Place[]> {
  const bare = trimBlankLines(oldText);
  if (bare === oldText || bare === '') return [];
  const bareNew = trimBlankLines(newText);
  const { text } = source;
  const exact = (yield* substrings(text, bare, bareNew)).filter(
    ({ start, end }) =>
      (oldText.startsWith(bare) || start === 0 || text[start - 1] === '\n') &&
      (oldText.endsWith(bare) || end === text.length || text[end] === '\n'),
  );
  return exact.length > 0 ? exact : yield* reindented(source, bare, bareNew);
}

function trimBlankLines(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  return lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1).join('\n');
}

function* withoutEscapes(source: SearchedText, oldText: string, newText: string): Slices<readonly Place[]> {
  const plain = unescapeText(oldText);
  return plain === oldText || plain.trim() === '' ? [] : yield* substrings(source.text, plain, unescapeText(newText));
}

function unescapeText(text: string): string {
  return text.replace(/\\([nt"'`])/g, (_whole, letter: string) =>
    letter === 'n' ? '\n' : letter === 't' ? '\t' : letter,
  );
}

/** Three tokens or more, the same but for the white space between them. */
function* sameTokens(source: SearchedText, oldText: string, newText: string): Slices<readonly Place[]> {
  const tokens = oldText.match(/[\p{L}\p{N}_$]+|\S/gu) ?? [];
  if (tokens.length < 3 || !mayHold(source.text, tokens)) return [];
  const { text: wanted } = yield* squeeze(oldText);
  const { text, offsets } = yield* source.squeezed();
  return separateStarts(yield* findText(text, wanted), wanted.length)
    .filter((start) => !isInsideWord(text, start) && !isInsideWord(text, start + wanted.length))
    .map((start) => {
      const span = { start: offsets[start] ?? 0, end: (offsets[start + wanted.length - 1] ?? 0) + 1 };
      return placeOfTokens(source.text, span, oldText, newText);
    });
}

/** False where a long line or word is surely not in the text; spares making the forms of a large text for nothing. */
function mayHold(text: string, parts: readonly string[]): boolean {
  const longest = [...new Set(parts)].sort((left, right) => right.length - left.length).slice(0, 10);
  return longest.every((part) => text.includes(part.slice(0, 64)));
}

/** Does the boundary before this offset cut a word in two? */
function isInsideWord(text: string, offset: number): boolean {
  return offset > 0 && offset < text.length && isWord(text.charCodeAt(offset - 1)) && isWord(text.charCodeAt(offset));
}

/** Whole lines where the tokens fill them, so that the indentation of the new text counts. */
function placeOfTokens(
  text: string,
  span: { readonly start: number; readonly end: number },
  oldText: string,
  newText: string,
): Place {
  const lineStart = text.lastIndexOf('\n', span.start - 1) + 1;
  if (text.slice(lineStart, span.start).trim() !== '') return { ...span, replacement: newText.trim() };
  const bareOld = trimBlankLines(oldText).split('\n');
  const bareNew = trimBlankLines(newText);
  const found = text.slice(lineStart, span.end).split('\n');
  const shifted = found.length === bareOld.length ? reindent(found, bareOld, bareNew) : undefined;
  return { start: lineStart, end: span.end, replacement: shifted ?? bareNew };
}

/** Lines of a text, the empty one after a final line ending left out. */
function linesOf(text: string): readonly string[] {
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
