import { similarPlaces } from './similar-lines.ts';

export interface Place {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}
export interface Match {
  readonly step: string;
  readonly places: readonly Place[];
}

/** The places of `oldText` at the first step of the cascade that hits; none: no places. Both texts have `\n` endings only. */
export function matchText(text: string, oldText: string, newText: string): Match {
  for (const [step, find] of steps) {
    const places = find(text, oldText, newText);
    if (places.length > 0) return { step, places };
  }
  return { step: 'none', places: [] };
}

/** Offset of the first character of each line. */
export function lineStarts(lines: readonly string[]): readonly number[] {
  let offset = 0;
  return lines.map((line) => {
    const start = offset;
    offset += line.length + 1;
    return start;
  });
}

/** Typographic quotes, dashes and spaces as ASCII, one character for one. */
export function plainPunctuation(text: string): string {
  return text
    .replace(/[\u2018\u2019\u201A\u201B\u2032]/g, "'")
    .replace(/[\u201C-\u201F\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u00A0\u2002-\u200A\u202F\u205F\u3000]/g, ' ');
}

type Find = (text: string, oldText: string, newText: string) => readonly Place[];

const steps: readonly (readonly [string, Find])[] = [
  ['exact', (text, oldText, newText) => substrings(text, oldText, newText)],
  ['trailing blanks', (text, oldText, newText) => wholeLines(text, oldText, newText, (line) => line.trimEnd(), false)],
  ['re-indented', (text, oldText, newText) => wholeLines(text, oldText, newText, (line) => line.trim(), true)],
  [
    'Unicode punctuation',
    (text, oldText, newText) => substrings(plainPunctuation(text), plainPunctuation(oldText), newText),
  ],
  ['blank lines around', withoutBlankLines],
  ['literal escapes', withoutEscapes],
  ['white-space-blind', sameTokens],
  ['similarity', similarPlaces],
];

/** Overlapping ones too: they make a match ambiguous. */
function substrings(text: string, oldText: string, newText: string): readonly Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf(oldText); at >= 0; at = text.indexOf(oldText, at + 1)) {
    places.push({ start: at, end: at + oldText.length, replacement: newText });
  }
  return places;
}

function wholeLines(
  text: string,
  oldText: string,
  newText: string,
  key: (line: string) => string,
  shift: boolean,
): readonly Place[] {
  const closed = oldText.endsWith('\n');
  const wanted = (closed ? oldText.slice(0, -1) : oldText).split('\n');
  const keys = wanted.map(key);
  if (keys.every((each) => each === '')) return [];
  const lines = text.split('\n');
  const lineKeys = lines.map(key);
  const starts = lineStarts(lines);
  const places: Place[] = [];
  for (let index = lineKeys.indexOf(keys[0] ?? ''); index >= 0; index = lineKeys.indexOf(keys[0] ?? '', index + 1)) {
    if (!keys.every((each, offset) => lineKeys[index + offset] === each)) continue;
    const found = lines.slice(index, index + wanted.length);
    const shifted = shift ? reindent(found, wanted, newText) : newText;
    if (shifted === undefined) continue;
    const last = index + wanted.length - 1;
    const end = (starts[last] ?? 0) + (lines[last] ?? '').length;
    const lastOfFile = last === lines.length - 1;
    if (closed && lastOfFile && !shifted.endsWith('\n')) continue;
    places.push({
      start: starts[index] ?? 0,
      end: closed && !lastOfFile ? end + 1 : end,
      replacement: closed && lastOfFile ? shifted.slice(0, -1) : shifted,
    });
  }
  return places;
}

/** `newText` moved as the found lines stand to the wanted ones; undefined when they do not all stand the same way. */
function reindent(found: readonly string[], wanted: readonly string[], newText: string): string | undefined {
  const first = wanted.findIndex((line) => line.trim() !== '');
  const [from, to] = shiftBetween(indentOf(wanted[first] ?? ''), indentOf(found[first] ?? ''));
  const uniform = wanted.every(
    (line, index) => line.trim() === '' || moved(indentOf(line), from, to) === indentOf(found[index] ?? ''),
  );
  if (!uniform) return undefined;
  return newText
    .split('\n')
    .map((line) => (line.trim() === '' ? line : (moved(line, from, to) ?? line)))
    .join('\n');
}

function shiftBetween(wanted: string, found: string): readonly [string, string] {
  if (found.endsWith(wanted)) return ['', found.slice(0, found.length - wanted.length)];
  if (wanted.endsWith(found)) return [wanted.slice(0, wanted.length - found.length), ''];
  return [wanted, found];
}

function moved(line: string, from: string, to: string): string | undefined {
  return line.startsWith(from) ? to + line.slice(from.length) : undefined;
}

function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

function withoutBlankLines(text: string, oldText: string, newText: string): readonly Place[] {
  const bare = trimBlankLines(oldText);
  if (bare === oldText || bare === '') return [];
  const bareNew = trimBlankLines(newText);
  const exact = substrings(text, bare, bareNew);
  return exact.length > 0 ? exact : wholeLines(text, bare, bareNew, (line) => line.trim(), true);
}

function trimBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').replace(/(?:\n[ \t]*)+$/, '');
}

function withoutEscapes(text: string, oldText: string, newText: string): readonly Place[] {
  const plain = unescapeText(oldText);
  return plain === oldText || plain.trim() === '' ? [] : substrings(text, plain, unescapeText(newText));
}

function unescapeText(text: string): string {
  return text.replace(/\\([nt"'`])/g, (_whole, letter: string) =>
    letter === 'n' ? '\n' : letter === 't' ? '\t' : letter,
  );
}

interface Token {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

function sameTokens(text: string, oldText: string, newText: string): readonly Place[] {
  const wanted = tokensOf(oldText);
  const first = wanted[0];
  if (first === undefined || wanted.length < 3) return [];
  const tokens = tokensOf(text);
  const places: Place[] = [];
  for (let index = 0; index + wanted.length <= tokens.length; index += 1) {
    if (
      tokens[index]?.word !== first.word ||
      !wanted.every((token, offset) => tokens[index + offset]?.word === token.word)
    )
      continue;
    const last = tokens[index + wanted.length - 1];
    places.push(placeOfTokens(text, { start: tokens[index]?.start ?? 0, end: last?.end ?? 0 }, oldText, newText));
  }
  return places;
}

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(/[\p{L}\p{N}_$]+|[^\s]/gu)].map((match) => ({
    word: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
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
