import type { MemoryRecord } from '../../protocol/memory.ts';
import { toMagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';
import { parseImportedLine } from './import-line.ts';
import { remember } from './remember.ts';

export interface Imported {
  readonly good: number;
  /** What is wrong with the others: "line 3: It is not JSON." */
  readonly bad: readonly string[];
}

const batch = 200;

/** Remembers what the lines say, one JSON object each; wrong ones are listed and keep no other out. */
export async function importLines(
  ports: Pick<Ports, 'clock' | 'files' | 'hash' | 'memory' | 'secrets'>,
  lines: AsyncIterable<string> | Iterable<string>,
  signal: AbortSignal,
): Promise<Imported> {
  const bad: string[] = [];
  let good = 0;
  let number = 0;
  let waiting: MemoryRecord[] = [];
  const keep = async (): Promise<void> => {
    await remember(ports, waiting, signal);
    good += waiting.length;
    waiting = [];
  };
  for await (const line of lines) {
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
