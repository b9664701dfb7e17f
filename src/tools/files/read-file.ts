import * as z from 'zod/mini';
import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolResult } from '../../core/tools/tool.ts';
import { largestFile } from './change-files.ts';
import { decodeText, type TextFile } from './edit/text-file.ts';
import { imageDataUrl, imageType, largestImage } from './image-file.ts';

const mostLines = 2000;
const mostCharacters = 48_000;

const lineNumber = z.int().check(z.minimum(1));
const input = z.object({ path: z.string(), start_line: z.optional(lineNumber), end_line: z.optional(lineNumber) });

/** Text with line numbers, and the sha256 that later writes are checked against. */
export const readFile: Tool<z.infer<typeof input>> = {
  name: 'read_file',
  reads: true,
  description:
    'Reads a text file: numbered lines, its sha256 and line ending; or an image. At most 2,000 lines or 48,000 characters at once; start_line and end_line (1-based, inclusive) choose a part.',
  input,
  describe: ({ path }) => `Read ${path}`,
  async effects(ports, scope, { path }) {
    return [fileEffect('read', await resolvePath(ports, scope.roots, path))];
  },
  async run(ports, scope, { path, start_line = 1, end_line }) {
    const file = await resolvePath(ports, scope.roots, path);
    assertReadable(file);
    const bytes = await ports.files.read(file.real, largestFile);
    const sha256 = ports.hash.sha256(bytes);
    const text = textOf(bytes);
    if (text === undefined) return showBinary(file, bytes, sha256);
    const content = show(file, text, sha256, { from: start_line, to: end_line ?? Number.POSITIVE_INFINITY });
    scope.seen.set(file.real, sha256);
    return { ok: true, content };
  },
};

function showBinary(file: ResolvedPath, bytes: Uint8Array, sha256: string): ToolResult {
  const type = imageType(bytes);
  const facts = `${bytes.length} bytes, sha256 ${sha256}`;
  if (type === undefined) return { ok: true, content: `${file.shown} is binary (${facts}), so it is not shown.` };
  if (bytes.length > largestImage)
    return {
      ok: true,
      content: `${file.shown} is an image (${type}, ${facts}), too large to look at. Make a smaller copy with a command and read that.`,
    };
  return {
    ok: true,
    content: `${file.shown} is an image (${type}, ${facts}); it follows.`,
    images: [imageDataUrl(type, bytes)],
  };
}

function assertReadable(file: ResolvedPath): void {
  if (file.kind === 'none') {
    throw new MagusError('tool-failed', `There is no ${file.shown}. Look for it with list_files.`, {
      code: 'NOT_FOUND',
    });
  }
  if (file.kind !== 'file') {
    throw new MagusError('tool-failed', `${file.shown} is no file. Look into folders with list_files.`, {
      code: 'UNREADABLE',
    });
  }
  if (file.size > largestFile) {
    const megabytes = Math.round(file.size / 1024 / 1024);
    throw new MagusError(
      'tool-failed',
      `${file.shown} has ${megabytes} MB, too much to read here. Find the lines you need with search_text (include: the file's name), or print a range of it with a command.`,
      { code: 'TOO_LARGE' },
    );
  }
}

function textOf(bytes: Uint8Array): TextFile | undefined {
  try {
    return decodeText(bytes);
  } catch (error) {
    if (isMagusError(error) && error.code === 'BINARY') return undefined;
    throw error;
  }
}

function show(
  file: ResolvedPath,
  text: TextFile,
  sha256: string,
  range: { readonly from: number; readonly to: number },
): string {
  const lines = text.text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (range.from > Math.max(lines.length, 1) || range.to < range.from) {
    throw new MagusError(
      'tool-input',
      `${file.shown} has ${lines.length} lines, so lines ${range.from} to ${range.to} are not there. Give a range inside it.`,
      { code: 'BAD_RANGE' },
    );
  }
  const wanted = lines.slice(range.from - 1, Math.min(range.to, range.from - 1 + mostLines));
  const shown: string[] = [];
  let room = mostCharacters;
  for (const [index, line] of wanted.entries()) {
    const numbered = `${range.from + index}\t${line}`;
    if (numbered.length + 1 > room && shown.length > 0) break;
    shown.push(
      numbered.length > room ? `${numbered.slice(0, room)} … (line cut, ${line.length} characters)` : numbered,
    );
    room -= numbered.length + 1;
  }
  const last = range.from + shown.length - 1;
  const rest = last < Math.min(range.to, lines.length) ? [`(More follows: read on with start_line ${last + 1}.)`] : [];
  const head = lines.length === 0 ? 'empty' : `lines ${range.from}-${last} of ${lines.length}`;
  return [`${file.shown}: ${head}; ${traits(text)}; sha256 ${sha256}`, ...shown, ...rest].join('\n');
}

function traits(text: TextFile): string {
  const eol = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' }[text.eol];
  const encoding = text.encoding === 'utf-8' ? '' : `; ${text.encoding}`;
  const final = text.text === '' || text.text.endsWith('\n') ? '' : '; no newline at the end';
  return `eol ${eol}${text.endings === undefined ? '' : ' (mixed)'}${encoding}${text.bom ? '; BOM' : ''}${final}`;
}
