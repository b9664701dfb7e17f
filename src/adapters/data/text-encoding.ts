import { StringDecoder } from 'node:string_decoder';
import { MagusError } from '../../core/errors/magus-error.ts';

/** utf-8, or a name that TextDecoder knows. */
export interface TextEncoding {
  readonly name: string;
  /** Bytes of the mark at the beginning. */
  readonly mark: number;
}

/** The encoding of a text by its beginning; undefined: it is no text. Anything that is neither UTF-8 nor UTF-16 is taken for windows-1252. */
export function detectEncoding(head: Uint8Array): TextEncoding | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { name: 'utf-8', mark: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { name: 'utf-16le', mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be', mark: 2 };
  const even = countZeros(head, 0);
  const odd = countZeros(head, 1);
  const half = head.length / 2;
  if (odd > half * 0.3 && even < half * 0.02) return { name: 'utf-16le', mark: 0 };
  if (even > half * 0.3 && odd < half * 0.02) return { name: 'utf-16be', mark: 0 };
  if (even + odd > 0) return undefined;
  return { name: isUtf8(head) ? 'utf-8' : 'windows-1252', mark: 0 };
}

export interface TextReader {
  read(bytes: Buffer): string;
  end(): string;
}

/** Decodes piece by piece; what is no text in this encoding becomes U+FFFD. Throws `tool-input` for an encoding that is not known. */
export function textReader(encoding: string): TextReader {
  if (/^utf-?8$/i.test(encoding)) {
    const decoder = new StringDecoder('utf8');
    return { read: (bytes) => decoder.write(bytes), end: () => decoder.end() };
  }
  try {
    const decoder = new TextDecoder(/^latin-?1$/i.test(encoding) ? 'windows-1252' : encoding);
    return { read: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
  } catch (cause) {
    throw new MagusError(
      'tool-input',
      `There is no encoding ${encoding}. Use utf-8, utf-16le, utf-16be, latin1 or another name of the WHATWG encoding standard.`,
      { code: 'BAD_ENCODING', cause },
    );
  }
}

function countZeros(bytes: Uint8Array, from: 0 | 1): number {
  let count = 0;
  for (let at = from; at < bytes.length; at += 2) if (bytes[at] === 0) count += 1;
  return count;
}

/** A character that is cut off at the end does not count. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
