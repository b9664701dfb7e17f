import { MagusError } from '../../../core/errors/magus-error.ts';
import { type Edited, refusePlaceholders } from './apply-edits.ts';
import { findLines } from './find-sequence.ts';
import type { Hunk, HunkLine } from './parse-patch.ts';
import { indentOf } from './reindent.ts';
import { plainPunctuation, searchedText } from './searched-text.ts';
import { nearestBlock } from './similar-lines.ts';
import type { Slices } from './slices.ts';

/** The text with every hunk applied, or an error with the code that says which hunk does not fit. */
export function* applyHunks(text: string, hunks: readonly Hunk[], path: string): Slices<Edited> {
  const lines = text.split('\n');
  const forms = new Map<string, readonly string[]>([['exact', lines]]);
  const placed: Placed[] = [];
  let cursor = 0;
  for (const hunk of hunks) {
    refusePlaceholders(textOf(hunk.lines, '+'), textOf(hunk.lines, '-'));
    const place = yield* placeHunk(lines, hunk, { forms, cursor, placed, path });
    placed.push(place);
    if (place.end > place.start) cursor = place.end;
    yield;
  }
  const ordered = [...placed].sort((left, right) => left.start - right.start || left.end - right.end);
  const next: PatchedLine[] = [];
  const all = lines.map((line, origin) => ({ text: line, origin }));
  let at = 0;
  for (const place of ordered) {
    for (const line of all.slice(at, place.start)) next.push(line);
    next.push(...place.replacement);
    at = place.end;
  }
  for (const line of all.slice(at)) next.push(line);
  return {
    text: next.map((line) => line.text).join('\n'),
    origins: () => next.map((line) => line.origin),
    notes: placed.map((place, index) => `${path}, hunk ${index + 1}: ${place.step}, line ${place.start + 1}`),
  };
}

interface PatchedLine {
  readonly text: string;
  readonly origin: number;
}
interface Placed {
  readonly start: number;
  readonly end: number;
  readonly step: string;
  readonly replacement: readonly PatchedLine[];
}

const steps: readonly (readonly [string, (line: string) => string])[] = [
  ['exact', (line) => line],
  ['trailing blanks', (line) => line.trimEnd()],
  ['re-indented', (line) => line.trim()],
  ['Unicode punctuation', (line) => plainPunctuation(line).trim()],
  [
    'literal escapes',
    (line) =>
      plainPunctuation(line)
        .trim()
        .replace(/\\(["'`])/g, '$1'),
  ],
  ['white-space-blind', (line) => plainPunctuation(line).replace(/\s+/g, '')],
];

function* placeHunk(lines: readonly string[], hunk: Hunk, progress: Progress): Slices<Placed> {
  const { cursor, path } = progress;
  const below = findAnchors(lines, hunk.anchors, cursor);
  if (hunk.lines.every((line) => line.mark === '+')) return yield* insertion(lines, hunk, below, path);
  const whole = yield* locate(lines, hunk, hunk.lines, { ...progress, below });
  if (whole !== undefined) return whole;
  const trimmed = withoutBlankEnd(hunk.lines);
  const shorter =
    trimmed.length < hunk.lines.length && trimmed.some((line) => line.mark !== '+')
      ? yield* locate(lines, hunk, trimmed, { ...progress, below })
      : undefined;
  if (shorter !== undefined) return shorter;
  throw yield* unmatched(lines, hunk, path);
}

interface Progress {
  /** The lines in the form that each step compares, made when a step first needs it. */
  readonly forms: Map<string, readonly string[]>;
  /** The line after the last change so far. */
  readonly cursor: number;
  readonly placed: readonly Placed[];
  readonly path: string;
}
interface Bounds extends Progress {
  /** First line under the anchors; undefined when they are not there. */
  readonly below: number | undefined;
}

function* locate(
  lines: readonly string[],
  hunk: Hunk,
  hunkLines: readonly HunkLine[],
  bounds: Bounds,
): Slices<Placed | undefined> {
  const wanted = hunkLines.filter((line) => line.mark !== '+').map((line) => line.text);
  if (
    wanted.every((line) => line.trim() === '') &&
    hunk.anchors.length === 0 &&
    !hunk.endOfFile &&
    lines.length > wanted.length
  )
    return undefined;
  for (const [step, key] of steps) {
    const form = bounds.forms.get(step) ?? lines.map(key);
    bounds.forms.set(step, form);
    const starts = (yield* findLines(form, wanted.map(key))).filter((start) =>
      bounds.placed.every((other) => start + wanted.length <= other.start || start >= other.end),
    );
    const start = choose(lines, hunk, starts, wanted.length, bounds);
    if (start !== undefined)
      return { start, end: start + wanted.length, step, replacement: rewrite(lines, start, hunkLines) };
  }
  return undefined;
}

/** Hunks come in order and below their anchors; where that leaves several places, none is guessed. */
function choose(
  lines: readonly string[],
  hunk: Hunk,
  starts: readonly number[],
  length: number,
  bounds: Bounds,
): number | undefined {
  if (hunk.endOfFile) {
    const last = starts.at(-1);
    const end = (last ?? 0) + length;
    if (last !== undefined && (end === lines.length || (end === lines.length - 1 && lines.at(-1) === ''))) return last;
  }
  const { below } = bounds;
  if (below !== undefined && hunk.anchors.length > 0) {
    const first = starts.find((start) => start >= below) ?? starts.find((start) => start >= below - 1);
    if (first !== undefined) return first;
  }
  if (starts.length <= 1) return starts[0];
  const after = starts.filter((start) => start >= bounds.cursor);
  if (bounds.cursor > 0 && after.length === 1) return after[0];
  const shown = starts.slice(0, 20).map((start) => start + 1);
  throw new MagusError(
    'tool-input',
    `${bounds.path}: the hunk at line ${hunk.at} of the patch fits at lines ${shown.join(', ')}. Add context lines or an @@ line that tells them apart.`,
    { code: 'AMBIGUOUS', details: { lines: shown } },
  );
}

/** The line after the last anchor, each below the one before. */
function findAnchors(lines: readonly string[], anchors: readonly string[], cursor: number): number | undefined {
  let at: number | undefined = cursor;
  for (const anchor of anchors) {
    if (at === undefined) return undefined;
    const found = findAnchor(lines, anchor, at);
    at = found < 0 ? undefined : found + 1;
  }
  return at ?? (cursor > 0 ? findAnchors(lines, anchors, 0) : undefined);
}

function findAnchor(lines: readonly string[], anchor: string, from: number): number {
  const tests: readonly ((line: string) => boolean)[] = [
    (line) => line === anchor,
    (line) => line.trim() === anchor,
    (line) => line.trim().startsWith(anchor),
    (line) => line.includes(anchor),
  ];
  for (const test of tests) {
    const found = lines.findIndex((line, index) => index >= from && test(line));
    if (found >= 0) return found;
  }
  return -1;
}

/** Lines without any context go below their anchor, or to the end of the file. */
function* insertion(lines: readonly string[], hunk: Hunk, below: number | undefined, path: string): Slices<Placed> {
  if (hunk.anchors.length > 0 && below === undefined) throw yield* unmatched(lines, hunk, path);
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const start = hunk.anchors.length > 0 && !hunk.endOfFile && below !== undefined ? below : end;
  return {
    start,
    end: start,
    step: 'insertion',
    replacement: hunk.lines.map((line) => ({ text: line.text, origin: -1 })),
  };
}

/** Context keeps the file's own lines; new lines move as the removed ones (or the context) were moved. */
function rewrite(lines: readonly string[], start: number, hunkLines: readonly HunkLine[]): readonly PatchedLine[] {
  const shift = shiftOf(lines, start, hunkLines);
  const result: PatchedLine[] = [];
  let at = start;
  for (const line of hunkLines) {
    if (line.mark === '+') result.push({ text: line.text.trim() === '' ? line.text : shift(line.text), origin: -1 });
    else {
      if (line.mark === ' ') result.push({ text: lines[at] ?? '', origin: at });
      at += 1;
    }
  }
  return result;
}

function shiftOf(lines: readonly string[], start: number, hunkLines: readonly HunkLine[]): (line: string) => string {
  const kept = hunkLines
    .filter((line) => line.mark !== '+')
    .map((line, offset) => ({ ...line, found: lines[start + offset] ?? '' }));
  const removed = kept.filter((line) => line.mark === '-' && line.text.trim() !== '');
  const guides = (removed.length > 0 ? removed : kept)
    .filter((line) => line.text.trim() !== '')
    .map((line) => [indentOf(line.text), indentOf(line.found)] as const);
  const [from, to] = guides[0] ?? ['', ''];
  const added = to.endsWith(from) ? to.slice(0, to.length - from.length) : undefined;
  if (added !== undefined && guides.every(([wanted, found]) => added + wanted === found)) return (line) => added + line;
  const cut = from.endsWith(to) ? from.slice(0, from.length - to.length) : undefined;
  if (cut !== undefined && guides.every(([wanted, found]) => wanted === cut + found))
    return (line) => (line.startsWith(cut) ? line.slice(cut.length) : line);
  return (line) => line;
}

function withoutBlankEnd(lines: readonly HunkLine[]): readonly HunkLine[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.mark === ' ' && lines[end - 1]?.text.trim() === '') end -= 1;
  return lines.slice(0, end);
}

function textOf(lines: readonly HunkLine[], mark: HunkLine['mark']): string {
  return lines
    .filter((line) => line.mark === mark)
    .map((line) => line.text)
    .join('\n');
}

function* unmatched(lines: readonly string[], hunk: Hunk, path: string): Slices<MagusError> {
  const text = lines.join('\n');
  const result = hunk.lines
    .filter((line) => line.mark !== '-')
    .map((line) => line.text)
    .join('\n');
  if (result.trim().length >= 8 && hunk.lines.some((line) => line.mark === '+') && text.includes(result)) {
    return new MagusError(
      'tool-input',
      `${path}: the hunk at line ${hunk.at} of the patch is already in the file. Leave it out.`,
      { code: 'ALREADY_APPLIED' },
    );
  }
  const near = yield* nearestBlock(
    searchedText(text),
    hunk.lines
      .filter((line) => line.mark !== '+')
      .map((line) => line.text)
      .join('\n'),
  );
  const place =
    near === undefined
      ? 'Nothing in the file comes near it; read the file again.'
      : `Nearest are lines ${near.from}-${near.to}:\n${near.text}\nCopy the lines from there.`;
  return new MagusError('tool-input', `${path}: the hunk at line ${hunk.at} of the patch does not fit. ${place}`, {
    code: 'NO_MATCH',
  });
}
