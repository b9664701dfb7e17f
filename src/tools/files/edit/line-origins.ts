import type { Place } from './match-text.ts';

/** For each line of `text` with the places replaced: the line it was, or -1. A line is what its line ending says it is. */
export function originsAfter(text: string, places: readonly Place[]): readonly number[] {
  const origins: number[] = [];
  let line = 0;
  let at = 0;
  const keep = (end: number): void => {
    for (let next = text.indexOf('\n', at); next >= 0 && next < end; next = text.indexOf('\n', next + 1)) {
      origins.push(line);
      line += 1;
    }
  };
  for (const { start, end, replacement } of places) {
    keep(start);
    const before = text.slice(start, end).split('\n');
    const after = replacement.split('\n');
    const first = line;
    const same = originOfLines(before, after);
    // The last line of either has no ending here.
    for (const origin of same.slice(0, -1))
      origins.push(origin < 0 || origin === before.length - 1 ? -1 : first + origin);
    line += before.length - 1;
    at = end;
  }
  keep(text.length);
  return [...origins, line];
}

/** For each new line the old line it is, or -1. */
export function originOfLines(before: readonly string[], after: readonly string[]): readonly number[] {
  const origin = after.map(() => -1);
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) {
    origin[start] = start;
    start += 1;
  }
  let oldEnd = before.length;
  let newEnd = after.length;
  while (oldEnd > start && newEnd > start && before[oldEnd - 1] === after[newEnd - 1]) {
    oldEnd -= 1;
    newEnd -= 1;
    origin[newEnd] = oldEnd;
  }
  const oldMiddle = before.slice(start, oldEnd);
  const newMiddle = after.slice(start, newEnd);
  const pairs =
    oldMiddle.length * newMiddle.length > comparableLines
      ? uniquePairs(oldMiddle, newMiddle)
      : longestPairs(oldMiddle, newMiddle);
  for (const [oldIndex, newIndex] of pairs) origin[start + newIndex] = start + oldIndex;
  return origin;
}

/** Above this many pairs of lines they are compared by their unique lines only. */
const comparableLines = 4_000_000;

/** Longest common subsequence. */
function longestPairs(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] {
  const width = after.length + 1;
  const best = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => best[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      best[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let row = 0, column = 0; row < before.length && column < after.length; ) {
    if (before[row] === after[column]) pairs.push([row++, column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}

/** Lines that stand once on either side, wherever they moved to. */
function uniquePairs(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] {
  const places = new Map<string, number>();
  before.forEach((line, index) => {
    places.set(line, places.has(line) ? -1 : index);
  });
  return after.flatMap((line, index) => {
    const place = places.get(line) ?? -1;
    return place < 0 ? [] : [[place, index] as const];
  });
}
