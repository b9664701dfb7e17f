import { editDistance } from '../../../core/edit-distance.ts';
import type { Place } from './match-text.ts';
import { reindent } from './reindent.ts';
import type { SearchedText } from './searched-text.ts';
import type { Slices } from './slices.ts';

const threshold = 0.9;
const margin = 0.05;
/** Longer blocks are not compared. */
const mostLines = 1000;
/** Character comparisons before giving up: about 30 ms. */
const budget = 8_000_000;
/** What finding a known line costs in these. */
const lookUp = 40;
/** How much of the budget is spent between two yields. */
const piece = 400_000;

/** The one block of lines at least 0.90 alike and 0.05 more than any other; never for a deletion or a single line. */
export function* similarPlaces(source: SearchedText, oldText: string, newText: string): Slices<readonly Place[]> {
  const wanted = oldText.replace(/\n$/, '').split('\n');
  const telling = wanted.filter((line) => line.trim() !== '').length;
  if (telling < 2 || wanted.length > mostLines || newText.trim() === '') return [];
  const [best, rival] = (yield* rankBlocks(source.trimmed(), wanted, threshold - margin)) ?? [];
  if (best === undefined || best.score < threshold) return [];
  if (rival !== undefined && best.score - rival.score < margin) return [];
  const found = source.lines().slice(best.line, best.line + wanted.length);
  const start = source.starts()[best.line] ?? 0;
  const replacement = oldText.endsWith('\n') ? newText.replace(/\n$/, '') : newText;
  return [
    { start, end: start + found.join('\n').length, replacement: reindent(found, wanted, replacement) ?? replacement },
  ];
}

/** First line (from 1), last line and text of the block most like `oldText`; undefined when nothing comes near. */
export function* nearestBlock(
  source: SearchedText,
  oldText: string,
): Slices<{ readonly from: number; readonly to: number; readonly text: string } | undefined> {
  const wanted = oldText.replace(/\n$/, '').split('\n').slice(0, 20);
  const lines = source.lines();
  yield;
  const trimmed = source.trimmed();
  yield;
  const [best] = (yield* rankBlocks(trimmed, wanted, 0.4)) ?? [];
  const first = best?.line ?? lineOfRarest(trimmed, wanted);
  if (first === undefined) return undefined;
  const to = Math.min(first + wanted.length, lines.length);
  return { from: first + 1, to, text: lines.slice(first, to).join('\n').slice(0, 1500) };
}

/** Where the block would begin if the wanted line that is rarest in the text, yet there, were in its place. */
function lineOfRarest(lines: readonly string[], wanted: readonly string[]): number | undefined {
  const telling = wanted.filter((line) => line.trim().length > 2);
  const places = new Map<string, number[]>(telling.map((line) => [line.trim(), []]));
  for (const [index, line] of lines.entries()) places.get(line)?.push(index);
  let rarest: { readonly count: number; readonly line: number } | undefined;
  for (const [offset, line] of wanted.entries()) {
    const found = places.get(line.trim()) ?? [];
    if (found.length === 0 || found.length >= (rarest?.count ?? 10)) continue;
    rarest = { count: found.length, line: Math.max(0, (found[0] ?? 0) - offset) };
  }
  return rarest?.line;
}

interface Block {
  readonly line: number;
  readonly score: number;
}

/** Blocks of trimmed lines of at least `least`, best first; undefined when it would take too long. */
function* rankBlocks(
  lines: readonly string[],
  wanted: readonly string[],
  least: number,
): Slices<readonly Block[] | undefined> {
  const goal = wanted.map((line) => line.trim());
  const total = goal.reduce((sum, line) => sum + line.length, 0);
  if (total === 0) return [];
  const allowed = (1 - least) * total;
  const found: Block[] = [];
  const known = goal.map(() => new Map<string, number>());
  const work = { spent: 0 };
  let pause = piece;
  for (let start = 0; start + goal.length <= lines.length && work.spent <= budget; start += 1) {
    if (work.spent >= pause) {
      pause = work.spent + piece;
      yield;
    }
    if (lengthLoss(lines, goal, start, allowed, work) > allowed) continue;
    let loss = 0;
    for (let offset = 0; offset < goal.length && loss <= allowed && work.spent <= budget; offset += 1) {
      const here = lines[start + offset] ?? '';
      const there = goal[offset] ?? '';
      let lost = known[offset]?.get(here);
      if (lost === undefined) {
        lost = distance(here, there);
        known[offset]?.set(here, lost);
        work.spent += here.length * there.length;
      }
      work.spent += lookUp;
      loss += lost;
    }
    if (loss <= allowed && work.spent <= budget) found.push({ line: start, score: 1 - loss / total });
  }
  if (work.spent > budget) return undefined;
  return found.sort((left, right) => right.score - left.score || left.line - right.line);
}

/** The least that lengths alone cost. */
function lengthLoss(
  lines: readonly string[],
  goal: readonly string[],
  start: number,
  allowed: number,
  work: { spent: number },
): number {
  let loss = 0;
  for (let offset = 0; offset < goal.length && loss <= allowed; offset += 1) {
    loss += Math.abs((lines[start + offset] ?? '').length - (goal[offset] ?? '').length);
    work.spent += 2;
  }
  return loss;
}

const longestCompared = 1000;

/** Very long lines are compared as a whole. */
function distance(left: string, right: string): number {
  if (left === right) return 0;
  const tooLong = left.length > longestCompared || right.length > longestCompared;
  return tooLong ? Math.max(left.length, right.length) : editDistance(left, right);
}
