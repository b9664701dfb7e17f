import type { Slices } from './slices.ts';

/**
 * Every start of `needle` in `haystack`, overlapping ones too. The built-in search is used as long as it is quick; on
 * long repetitive texts it would need minutes.
 */
export function* findText(haystack: string, needle: string): Slices<readonly number[]> {
  const beginning = needle.slice(0, longestQuick);
  const starts: number[] = [];
  let tried = 0;
  for (let at = haystack.indexOf(beginning); at >= 0; at = haystack.indexOf(beginning, at + 1)) {
    if (needle.length > longestQuick && ++tried > mostTried)
      return yield* findUnits(unitsOf(haystack), unitsOf(needle));
    if (beginning === needle || haystack.startsWith(needle, at)) starts.push(at);
    if (starts.length % pieceStarts === 0) yield;
  }
  return starts;
}

/** The same for lines. */
export function* findLines(haystack: readonly string[], needle: readonly string[]): Slices<readonly number[]> {
  const first = needle[0];
  if (first === undefined) return [];
  const starts: number[] = [];
  let tried = 0;
  for (let at = haystack.indexOf(first); at >= 0; at = haystack.indexOf(first, at + 1)) {
    if (needle.length > 1 && ++tried > mostTried) return yield* findNumbered(haystack, needle);
    if (needle.every((line, offset) => haystack[at + offset] === line)) starts.push(at);
    if (starts.length % pieceStarts === 0) yield;
  }
  return starts;
}

/** Starts that do not overlap; but of overlapping ones alone the first two, since these are two places all the same. */
export function separateStarts(starts: readonly number[], length: number): readonly number[] {
  const kept: number[] = [];
  let end = 0;
  for (const start of starts) {
    if (start < end) continue;
    kept.push(start);
    end = start + length;
  }
  return kept.length === 1 ? starts.slice(0, 2) : kept;
}

/** Up to this length the built-in search is quick on any text. */
const longestQuick = 64;
const mostTried = 50;
/** What is done between two yields. */
const pieceStarts = 1000;
const pieceUnits = 100_000;

function unitsOf(text: string): Uint32Array {
  const units = new Uint32Array(text.length);
  for (let at = 0; at < text.length; at += 1) units[at] = text.charCodeAt(at);
  return units;
}

/** Equal lines get equal numbers, lines that are not wanted none. */
function findNumbered(haystack: readonly string[], needle: readonly string[]): Slices<readonly number[]> {
  const numbers = new Map<string, number>();
  for (const line of needle) if (!numbers.has(line)) numbers.set(line, numbers.size + 1);
  const number = (line: string): number => numbers.get(line) ?? 0;
  return findUnits(Uint32Array.from(haystack, number), Uint32Array.from(needle, number));
}

/** Knuth, Morris and Pratt: linear in both. */
function* findUnits(haystack: Uint32Array, needle: Uint32Array): Slices<readonly number[]> {
  const fallback = yield* fallbacks(needle);
  const starts: number[] = [];
  let matched = 0;
  for (let at = 0; at < haystack.length; at += 1) {
    if (at % pieceUnits === 0) yield;
    while (matched > 0 && needle[matched] !== haystack[at]) matched = fallback[matched - 1] ?? 0;
    if (needle[matched] === haystack[at]) matched += 1;
    if (matched === needle.length) {
      starts.push(at - matched + 1);
      matched = fallback[matched - 1] ?? 0;
    }
  }
  return starts;
}

/** For each prefix of the needle, how much of it is still matched when the next unit is another. */
function* fallbacks(needle: Uint32Array): Slices<Uint32Array> {
  const fallback = new Uint32Array(needle.length);
  let matched = 0;
  for (let at = 1; at < needle.length; at += 1) {
    if (at % pieceUnits === 0) yield;
    while (matched > 0 && needle[matched] !== needle[at]) matched = fallback[matched - 1] ?? 0;
    if (needle[matched] === needle[at]) matched += 1;
    fallback[at] = matched;
  }
  return fallback;
}
