import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';
import { linesOf } from '../../core/lines-of.ts';
import { longestLine } from '../../core/memory/import-line.ts';
import { importLines } from '../../core/memory/import-lines.ts';
import { exitCodes } from '../report.ts';
import { withPorts } from '../with-ports.ts';
import { memoryWords } from './memory-words.ts';

/** `openmagus memory import FILE` (or `-`): good lines come in, bad ones are listed and make the exit code 1. */
export async function importMemories(words: readonly string[]): Promise<number> {
  const { positionals } = memoryWords(words, {});
  const [file] = positionals;
  if (file === undefined) throw new MagusError('user-input', 'Import which file? "-" reads from stdin.');
  const input = file === '-' ? process.stdin : await openFile(file);
  const { good, bad } = await withPorts((ports) =>
    importLines(ports, linesOf(input, longestLine), new AbortController().signal),
  );
  for (const line of bad.slice(0, 50)) process.stderr.write(`openmagus: ${line}\n`);
  process.stdout.write(`${good} remembered, ${bad.length} lines were wrong\n`);
  return bad.length === 0 ? exitCodes.done : exitCodes.failed;
}

async function openFile(file: string): Promise<Readable> {
  const handle = await open(file).catch((cause: unknown) => {
    const reason = messageOf(cause);
    throw new MagusError('user-input', `The file cannot be read: ${reason}`, { cause });
  });
  return handle.createReadStream();
}
