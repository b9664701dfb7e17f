import { MagusError } from '../../../core/errors/magus-error.ts';
import { unifyEndings } from './text-file.ts';

export interface HunkLine {
  readonly mark: ' ' | '+' | '-';
  readonly text: string;
}
export interface Hunk {
  /** Texts after `@@`, outermost first: the hunk lies below them. */
  readonly anchors: readonly string[];
  readonly lines: readonly HunkLine[];
  readonly endOfFile: boolean;
  /** Line of the patch, from 1. */
  readonly at: number;
}
export type PatchOperation =
  | { readonly kind: 'add'; readonly path: string; readonly content: string }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'update'; readonly path: string; readonly moveTo?: string; readonly hunks: readonly Hunk[] };

/** Reads a V4A patch or a unified diff, bare, fenced or in a heredoc. Throws `tool-input` BAD_FORMAT with the line. */
export function parsePatch(source: string, fallbackPath?: string): readonly PatchOperation[] {
  const body = unwrap(unifyEndings(source).split('\n'), fallbackPath);
  const operations: PatchOperation[] = [];
  for (let at = body.from; at < body.to; ) {
    const line = body.lines[at] ?? '';
    if (line.trim() === '') {
      at += 1;
      continue;
    }
    const [operation, next] = readOperation(body, at, line.trim());
    operations.push(operation);
    at = next;
  }
  if (operations.length === 0) throw badFormat(1, 'The patch names no file.');
  const paths = operations.flatMap((each) =>
    each.kind === 'update' && each.moveTo !== undefined ? [each.path, each.moveTo] : [each.path],
  );
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw badFormat(1, `${twice} is named twice; put all of its hunks into one section.`);
  return operations;
}

/** Does a text mean to be a patch, though it came as something else? */
export function looksLikePatch(text: string): boolean {
  const start = text.trimStart().replace(/^```\w*\n/, '');
  return (
    /^\*\*\* (?:Begin Patch|(?:Add|Update|Delete) File: )/.test(start) ||
    /^(?:diff --git .*\n(?:.*\n){0,4}?)?--- \S.*\n\+\+\+ \S.*\n@@ -\d/.test(start) ||
    (/^```diff\n/.test(text.trimStart()) && /^@@ /m.test(text))
  );
}

interface Body {
  readonly lines: readonly string[];
  readonly from: number;
  readonly to: number;
}

const header = /^\*\*\* (Add|Update|Delete) File: (.+)$/;
const wrapperBefore = /^(?:%%bash|```\w*|(?:(?:cat|apply_patch)\s+)?<<-?\s*(?:'\w+'|"\w+"|\w+))$/;
const wrapperAfter = /^(?:```|\w+|['")]+)$/;

function unwrap(lines: readonly string[], fallbackPath: string | undefined): Body {
  const begin = lines.findIndex((line) => line.trim() === '*** Begin Patch');
  if (begin < 0) return unwrapBare(lines, fallbackPath);
  const opening = lines
    .slice(0, begin)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const strange = opening.find((line) => !wrapperBefore.test(line));
  if (strange !== undefined) throw badFormat(1, `"${strange.slice(0, 80)}" stands before *** Begin Patch.`);
  const end = lastLine(lines, (line) => line.trimEnd().replace(/^ /, '') === '*** End Patch');
  if (end < begin)
    throw badFormat(lines.length, 'The last line must be *** End Patch; the patch may have been cut off.');
  const closing = lines
    .slice(end + 1)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (closing.length > opening.length || closing.some((line) => !wrapperAfter.test(line)))
    throw badFormat(end + 2, 'Text stands after *** End Patch.');
  return { lines, from: begin + 1, to: end };
}

function unwrapBare(lines: readonly string[], fallbackPath: string | undefined): Body {
  let from = lines.findIndex((line) => line.trim() !== '');
  let to = lastLine(lines, (line) => line.trim() !== '') + 1;
  if (/^```\w*$/.test(lines[from] ?? '')) {
    from += 1;
    if (lines[to - 1]?.trim() === '```') to -= 1;
  }
  if (lines[to - 1]?.trim() === '*** End Patch') to -= 1;
  if (header.test(lines[from] ?? '')) return { lines, from, to };
  const converted = fromUnifiedDiff(lines.slice(Math.max(from, 0), to), fallbackPath);
  if (converted === undefined) throw badFormat(1, 'The first line must be *** Begin Patch.');
  return { lines: converted, from: 0, to: converted.length };
}

/** A unified diff in V4A headers; undefined when it is none. */
function fromUnifiedDiff(lines: readonly string[], fallbackPath: string | undefined): readonly string[] | undefined {
  if (!lines.some((line) => line.startsWith('@@'))) return undefined;
  const converted: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const next = lines[at + 1] ?? '';
    if (line.startsWith('--- ') && next.startsWith('+++ ')) {
      const before = diffPath(line);
      const after = diffPath(next);
      if (after === '/dev/null') {
        converted.push(`*** Delete File: ${before}`);
        while (at + 1 < lines.length && !/^(?:diff --git |--- )/.test(lines[at + 1] ?? '')) at += 1;
        continue;
      }
      converted.push(before === '/dev/null' ? `*** Add File: ${after}` : `*** Update File: ${before}`);
      if (before !== '/dev/null' && before !== after) converted.push(`*** Move to: ${after}`);
      at += before === '/dev/null' ? 2 : 1;
    } else if (
      !/^(?:diff --git |index [0-9a-f]|new file mode|deleted file mode|similarity index|rename (?:from|to)|\\ No newline)/.test(
        line,
      )
    )
      converted.push(line);
  }
  if (header.test(converted[0] ?? '')) return converted;
  return fallbackPath === undefined ? undefined : [`*** Update File: ${fallbackPath}`, ...converted];
}

function diffPath(line: string): string {
  const path = (line.slice(4).split('\t')[0] ?? '').trim();
  return path === '/dev/null' ? path : path.replace(/^[ab]\//, '');
}

function readOperation(body: Body, at: number, line: string): readonly [PatchOperation, number] {
  const found = header.exec(line);
  const path = found?.[2]?.trim();
  if (found === null || path === undefined || path === '')
    throw badFormat(
      at + 1,
      `"${line.slice(0, 80)}" is no file header; use *** Add File: , *** Update File: or *** Delete File: .`,
    );
  if (found[1] === 'Delete') return [{ kind: 'delete', path }, at + 1];
  return found[1] === 'Add' ? readAdd(body, at + 1, path) : readUpdate(body, at + 1, path);
}

function readAdd(body: Body, from: number, path: string): readonly [PatchOperation, number] {
  let to = from;
  while (to < body.to && !header.test(body.lines[to] ?? '')) to += 1;
  let last = to;
  while (last > from && (body.lines[last - 1] ?? '').trim() === '') last -= 1;
  const content = body.lines.slice(from, last).map((line, index) => {
    if (line.startsWith('+')) return `${line.slice(1)}\n`;
    if (line === '') return '\n';
    throw badFormat(from + index + 1, `A line of the new file ${path} does not begin with "+".`);
  });
  return [{ kind: 'add', path, content: content.join('') }, to];
}

function readUpdate(body: Body, from: number, path: string): readonly [PatchOperation, number] {
  const moveTo = /^\*\*\* Move to: (.+)$/.exec((body.lines[from] ?? '').trim())?.[1]?.trim();
  const hunks: Hunk[] = [];
  let at = moveTo === undefined ? from : from + 1;
  while (at < body.to && !header.test(body.lines[at] ?? '')) {
    const line = body.lines[at] ?? '';
    if (line.trim() === '' && hunks.length > 0 && hunks.at(-1)?.endOfFile === true) {
      at += 1;
      continue;
    }
    const [hunk, next] = readHunk(body, at);
    hunks.push(hunk);
    at = next;
  }
  if (hunks.length === 0) throw badFormat(from, `The update of ${path} holds no change.`);
  return [{ kind: 'update', path, hunks, ...(moveTo === undefined ? {} : { moveTo }) }, at];
}

function readHunk(body: Body, from: number): readonly [Hunk, number] {
  const anchors: string[] = [];
  let at = from;
  let bare = false;
  for (; at < body.to && /^@@(?:\s|$)/.test(body.lines[at] ?? ''); at += 1) {
    if (bare) throw badFormat(at + 1, 'A hunk without lines.');
    const anchor = (body.lines[at] ?? '')
      .slice(2)
      .replace(/^ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*$/, '')
      .replace(/\s@@\s*$/, '')
      .trim();
    if (anchor === '') bare = true;
    else anchors.push(anchor);
  }
  const lines: HunkLine[] = [];
  let endOfFile = false;
  for (; at < body.to && !endOfFile; at += 1) {
    const line = body.lines[at] ?? '';
    if (/^@@(?:\s|$)/.test(line) || header.test(line)) break;
    if (line.trimEnd() === '*** End of File') endOfFile = true;
    else if (/^\*\*\* [A-Z]/.test(line)) throw badFormat(at + 1, `"${line.slice(0, 80)}" is no part of a hunk.`);
    else if (line !== '\\ No newline at end of file') lines.push(hunkLine(line));
  }
  if (lines.length === 0) throw badFormat(from + 1, 'A hunk without lines.');
  return [{ anchors, lines, endOfFile, at: from + 1 }, at];
}

/** A line without its mark is context: models forget the blank. */
function hunkLine(line: string): HunkLine {
  const mark = line[0];
  return mark === ' ' || mark === '+' || mark === '-' ? { mark, text: line.slice(1) } : { mark: ' ', text: line };
}

function lastLine(lines: readonly string[], test: (line: string) => boolean): number {
  for (let at = lines.length - 1; at >= 0; at -= 1) if (test(lines[at] ?? '')) return at;
  return -1;
}

function badFormat(line: number, reason: string): MagusError {
  return new MagusError(
    'tool-input',
    `Line ${line} of the patch: ${reason} Send the whole patch again, from *** Begin Patch to *** End Patch.`,
    { code: 'BAD_FORMAT', details: { line } },
  );
}
