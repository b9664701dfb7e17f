import type { Place } from './match-text.ts';

const threshold = 0.9;
const margin = 0.05;
/** Character comparisons before giving up: about 50 ms. */
const budget = 8_000_000;

/** The one block of lines at least 0.90 alike and 0.05 more than any other; never for a deletion or a single line. */
export function similarPlaces(text: string, oldText: string, newText: string): readonly Place[] {
  const wanted = oldText.replace(/\n$/, '').split('\n');
  if (wanted.filter((line) => line.trim() !== '').length < 2 || newText.trim() === '') return [];
  const lines = text.split('\n');
  const ranked = rankBlocks(lines, wanted, threshold - margin);
  const best = ranked?.[0];
  if (ranked === undefined || best === undefined || best.score < threshold) return [];
  const rival = ranked.find((block) => Math.abs(block.line - best.line) >= 1);
  if (rival !== undefined && best.score - rival.score < margin) return [];
  const start = lines.slice(0, best.line).join('\n').length + (best.line > 0 ? 1 : 0);
  const end = start + lines.slice(best.line, best.line + wanted.length).join('\n').length;
  return [{ start, end, replacement: oldText.endsWith('\n') ? newText.replace(/\n$/, '') : newText }];
}

/** First line (from 1), last line and text of the block most like `oldText`; undefined when nothing comes near. */
export function nearestBlock(
  text: string,
  oldText: string,
): { readonly from: number; readonly to: number; readonly text: string } | undefined {
  const wanted = oldText.replace(/\n$/, '').split('\n').slice(0, 20);
  const lines = text.split('\n');
  const best = rankBlocks(lines, wanted, 0.4)?.[0];
  if (best === undefined) return undefined;
  const to = Math.min(best.line + wanted.length, lines.length);
  return { from: best.line + 1, to, text: lines.slice(best.line, to).join('\n').slice(0, 1500) };
}

interface Block {
  readonly line: number;
  readonly score: number;
}

/** Blocks of at least `least`, best first; undefined when it would take too long. */
function rankBlocks(lines: readonly string[], wanted: readonly string[], least: number): readonly Block[] | undefined {
  const bare = lines.map((line) => line.trim());
  const goal = wanted.map((line) => line.trim());
  const total = goal.reduce((sum, line) => sum + line.length, 0);
  if (total === 0) return [];
  const found: Block[] = [];
  const known = goal.map(() => new Map<string, number>());
  let spent = 0;
  for (let start = 0; start + goal.length <= bare.length; start += 1) {
    const allowed = (1 - least) * total;
    if (lengthLoss(bare, goal, start, allowed) > allowed) continue;
    let loss = 0;
    for (let offset = 0; offset < goal.length && loss <= allowed; offset += 1) {
      const here = bare[start + offset] ?? '';
      const there = goal[offset] ?? '';
      const memory = known[offset]?.get(here);
      const lost = memory ?? distance(here, there);
      if (memory === undefined) {
        known[offset]?.set(here, lost);
        spent += here === there ? 1 : here.length * there.length;
      }
      if (spent > budget) return undefined;
      loss += lost;
    }
    if (loss <= allowed) found.push({ line: start, score: 1 - loss / total });
  }
  return found.sort((left, right) => right.score - left.score || left.line - right.line);
}

/** The least that lengths alone cost. */
function lengthLoss(lines: readonly string[], goal: readonly string[], start: number, allowed: number): number {
  let loss = 0;
  for (let offset = 0; offset < goal.length && loss <= allowed; offset += 1) {
    loss += Math.abs((lines[start + offset] ?? '').length - (goal[offset] ?? '').length);
  }
  return loss;
}

/** Levenshtein distance; very long lines are compared as a whole. */
function distance(left: string, right: string): number {
  if (left === right) return 0;
  if (left.length > 1000 || right.length > 1000) return Math.max(left.length, right.length);
  let previous = Uint16Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = new Uint16Array(right.length + 1);
    current[0] = row;
    for (let column = 1; column <= right.length; column += 1) {
      const swap = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current[column] = Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
