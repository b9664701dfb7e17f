import type { Slices } from './slices.ts';

/** A text with the forms of it that a tolerant search needs; each is made once, when it is first asked for. */
export interface SearchedText {
  readonly text: string;
  readonly lines: () => readonly string[];
  /** Offset of the first character of each line. */
  readonly starts: () => readonly number[];
  /** Lines without blanks at their ends. */
  readonly closed: () => readonly string[];
  readonly trimmed: () => readonly string[];
  /** With ASCII quotes, dashes and spaces; of the same length. */
  readonly plain: () => string;
  readonly squeezed: () => Slices<Squeezed>;
}

/** A text without white space, but for one blank where it keeps two words apart. */
export interface Squeezed {
  readonly text: string;
  /** Offset of each character in the whole text. */
  readonly offsets: Uint32Array;
}

export function searchedText(text: string): SearchedText {
  let squeezed: Squeezed | undefined;
  const lines = once(() => text.split('\n'));
  return {
    text,
    lines,
    starts: once(() => startsOf(lines())),
    closed: once(() => lines().map((line) => line.trimEnd())),
    trimmed: once(() => lines().map((line) => line.trim())),
    plain: once(() => plainPunctuation(text)),
    *squeezed() {
      squeezed ??= yield* squeeze(text);
      return squeezed;
    },
  };
}

/** Typographic quotes, dashes and spaces as ASCII, one character for one. */
export function plainPunctuation(text: string): string {
  if (!/[\u00A0\u2002-\u3000]/.test(text)) return text;
  return text
    .replace(/[\u2018\u2019\u201A\u201B\u2032]/g, "'")
    .replace(/[\u201C-\u201F\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u00A0\u2002-\u200A\u202F\u205F\u3000]/g, ' ');
}

const pieceUnits = 100_000;

export function* squeeze(text: string): Slices<Squeezed> {
  const units = new Uint16Array(text.length);
  const offsets = new Uint32Array(text.length);
  let length = 0;
  let apart = false;
  let inWord = false;
  for (let at = 0; at < text.length; at += 1) {
    if (at % pieceUnits === pieceUnits - 1) yield;
    const unit = text.charCodeAt(at);
    if (isSpace(unit)) {
      apart = true;
      continue;
    }
    const word = isWord(unit);
    if (apart && inWord && word) {
      units[length] = 32;
      offsets[length++] = at - 1;
    }
    units[length] = unit;
    offsets[length++] = at;
    apart = false;
    inWord = word;
  }
  return { text: new TextDecoder('utf-16le').decode(units.subarray(0, length)), offsets };
}

/** Is the UTF-16 unit part of a word? */
export function isWord(unit: number): boolean {
  if (unit < 128)
    return (
      (unit >= 97 && unit <= 122) ||
      (unit >= 65 && unit <= 90) ||
      (unit >= 48 && unit <= 57) ||
      unit === 95 ||
      unit === 36
    );
  return /[\p{L}\p{N}]/u.test(String.fromCharCode(unit));
}

function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || (unit >= 160 && /\s/.test(String.fromCharCode(unit)));
}

function startsOf(lines: readonly string[]): readonly number[] {
  let offset = 0;
  return lines.map((line) => {
    const start = offset;
    offset += line.length + 1;
    return start;
  });
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
