import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ports } from '../../core/ports.ts';
import { withPorts } from '../with-ports.ts';
import { benchChoice } from './bench/bench-choice.ts';
import { benchConversations } from './bench/bench-conversations.ts';
import { benchSize } from './bench/bench-size.ts';
import { limitOf, memoryWords } from './memory-words.ts';

/**
 * `openmagus memory bench [--locomo FILE] [--records N] [--memory FILE]`: how well and how fast memories are found, on data of
 * its own in a folder that goes afterwards; with servers or an embedding model where a memory.json is named. What the user
 * remembers is not touched.
 */
export async function benchMemories(words: readonly string[]): Promise<number> {
  const { values } = memoryWords(words, {
    locomo: { type: 'string' },
    records: { type: 'string' },
    memory: { type: 'string' },
  });
  const withFreshPorts = freshPorts(values.memory);
  print(benchChoice());
  if (values.locomo !== undefined) print(await benchConversations(values.locomo, withFreshPorts));
  await withFreshPorts(async (ports) => print(await benchSize(ports, limitOf(values.records, 10_000))));
  return 0;
}

/** Rows of a name and its figures. */
export type Figures = readonly (readonly [string, string])[];

function print(figures: Figures): void {
  for (const [name, figure] of figures) process.stdout.write(`${name.padEnd(44)}  ${figure}\n`);
}

export type WithPorts = <Result>(work: (ports: Ports) => Promise<Result>) => Promise<Result>;

function freshPorts(configuration: string | undefined): WithPorts {
  return async (work) => {
    const home = mkdtempSync(path.join(tmpdir(), 'openmagus-bench-'));
    const remove = (): void => rmSync(home, { recursive: true, force: true });
    process.once('exit', remove);
    try {
      if (configuration !== undefined) copyFileSync(configuration, path.join(home, 'memory.json'));
      return await withPorts(work, undefined, home);
    } finally {
      process.off('exit', remove);
      remove();
    }
  };
}
