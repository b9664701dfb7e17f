import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { MagusError, toMagusError } from '../../core/errors/magus-error.ts';
import { parseImportedLine } from '../../core/memory/import-line.ts';
import { remember } from '../../core/memory/remember.ts';
import type { Ports } from '../../core/ports.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { exitCodes } from '../report.ts';
import { withPorts } from '../with-ports.ts';
import { memoryWords } from './memory-words.ts';

const batch = 200;

/** `openmagus memory import FILE` (or `-`): good lines come in, bad ones are listed and make the exit code 1. */
export async function importMemories(words: readonly string[]): Promise<number> {
  const { positionals } = memoryWords(words, {});
  const [file] = positionals;
  if (file === undefined) throw new MagusError('user-input', 'Import which file? "-" reads from stdin.');
  const input = file === '-' ? process.stdin : await openFile(file);
  const { good, bad } = await withPorts((ports) => importLines(ports, input));
  for (const line of bad.slice(0, 50)) process.stderr.write(`openmagus: ${line}\n`);
  process.stdout.write(`${good} remembered, ${bad.length} lines were wrong\n`);
  return bad.length === 0 ? exitCodes.done : exitCodes.failed;
}

async function importLines(ports: Ports, input: Readable): Promise<{ good: number; bad: string[] }> {
  const { signal } = new AbortController();
  const bad: string[] = [];
  let good = 0;
  let number = 0;
  let waiting: MemoryRecord[] = [];
  const keep = async (): Promise<void> => {
    await remember(ports, waiting, signal);
    good += waiting.length;
    waiting = [];
  };
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      waiting.push(parseImportedLine(ports, line));
    } catch (caught) {
      bad.push(`line ${number}: ${toMagusError(caught).message}`);
    }
    if (waiting.length >= batch) await keep();
  }
  await keep();
  return { good, bad };
}

async function openFile(file: string): Promise<Readable> {
  const handle = await open(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MagusError('user-input', `The file cannot be read: ${reason}`, { cause });
  });
  return handle.createReadStream();
}
