import { MagusError } from '../../../core/errors/magus-error.ts';
import { originOfLines } from './line-origins.ts';

/** A text file as the model sees it (`text` has only `\n`), with what it takes to write it back unchanged elsewhere. */
export interface TextFile {
  readonly text: string;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly bom: boolean;
  /** The dominant line ending; new lines get it. */
  readonly eol: '\n' | '\r\n' | '\r';
  /** The ending of every line, in files where they differ. */
  readonly endings?: readonly string[];
}

/** What a file that does not exist yet is written as; the line endings are those of the text it is given. */
export const newTextFile: TextFile = { text: '', encoding: 'utf-8', bom: false, eol: '\n' };

/** Throws `tool-failed` BINARY, naming the file, when the bytes are no text in UTF-8 or, with a byte order mark, UTF-16. */
export function decodeText(bytes: Uint8Array, name = 'The file'): TextFile {
  const { encoding, skip } = detectEncoding(bytes);
  const content = decodeBytes(bytes.subarray(skip), encoding);
  if (content === undefined || content.includes('\0')) throw binary(name);
  const found = content.includes('\r') ? (content.match(/\r\n|\r|\n/g) ?? []) : [];
  const eol = dominantEnding(found);
  const mixed = found.some((ending) => ending !== eol);
  const text = unifyEndings(content);
  return { text, encoding, bom: skip > 0, eol, ...(mixed ? { endings: found } : {}) };
}

/**
 * The bytes of `file` with its text replaced; lines that stay keep their own ending. Who knows which old line each new
 * line is (-1: none) says so in `origins`; otherwise the texts are compared. A file without any line ending gets those
 * of the new text.
 */
export function encodeText(file: TextFile, newText: string, origins?: () => readonly number[]): Uint8Array {
  const text = file.bom && newText.startsWith('\uFEFF') ? newText.slice(1) : newText;
  const content = !file.text.includes('\n')
    ? text
    : file.endings === undefined
      ? withEnding(unifyEndings(text), file.eol)
      : withEndings(file, file.endings, unifyEndings(text), origins);
  return encodeBytes(file.bom ? `\uFEFF${content}` : content, file.encoding);
}

/** Every line ending as `\n`. */
export function unifyEndings(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function dominantEnding(found: readonly string[]): TextFile['eol'] {
  const count = (ending: string): number => found.filter((each) => each === ending).length;
  const windows = count('\r\n');
  const unix = count('\n');
  if (count('\r') > windows + unix) return '\r';
  return windows > unix ? '\r\n' : '\n';
}

function detectEncoding(bytes: Uint8Array): { readonly encoding: TextFile['encoding']; readonly skip: number } {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', skip: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', skip: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', skip: 2 };
  return { encoding: 'utf-8', skip: 0 };
}

function decodeBytes(bytes: Uint8Array, encoding: TextFile['encoding']): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function binary(name: string): MagusError {
  return new MagusError(
    'tool-failed',
    `${name} is binary: not text in UTF-8 or UTF-16, so it cannot be edited as text. Use a command that understands its format.`,
    { code: 'BINARY' },
  );
}

function encodeBytes(content: string, encoding: TextFile['encoding']): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(content);
  const view = new DataView(new ArrayBuffer(content.length * 2));
  for (let index = 0; index < content.length; index += 1)
    view.setUint16(index * 2, content.charCodeAt(index), encoding === 'utf-16le');
  return new Uint8Array(view.buffer);
}

function withEnding(text: string, eol: TextFile['eol']): string {
  return eol === '\n' ? text : text.replaceAll('\n', eol);
}

function withEndings(
  file: TextFile,
  endings: readonly string[],
  text: string,
  origins?: () => readonly number[],
): string {
  const after = text.split('\n');
  const origin = origins?.() ?? originOfLines(file.text.split('\n'), after);
  const last = after.length - 1;
  return after
    .map((line, index) => (index === last ? line : line + (endings[origin[index] ?? -1] ?? file.eol)))
    .join('');
}
