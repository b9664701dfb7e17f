import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileToIndex } from './index-store.ts';
import type { ScannedFile } from './scan-folder.ts';

/** As git tells binary files: a NUL near the beginning. */
const lookedAt = 8000;
/** Lines as long as these are written by programs. */
const longLine = 400;
const longLinesFrom = 20_000;

/** undefined: it is gone or cannot be read. */
export function readForIndex(folder: string, { path, size, modifiedMs }: ScannedFile): FileToIndex | undefined {
  try {
    const content = readFileSync(join(folder, path));
    const hash = createHash('sha256').update(content).digest('hex');
    return { path, size, modifiedMs, hash, text: textOf(content) };
  } catch {
    return undefined;
  }
}

function textOf(content: Buffer): string | undefined {
  if (content.subarray(0, lookedAt).includes(0)) return undefined;
  const text = content.toString('utf8');
  if (text.length > longLinesFrom && text.length / text.split('\n').length > longLine) return undefined;
  return text;
}
