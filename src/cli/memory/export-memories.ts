import { exportLines } from '../../core/memory/export-lines.ts';
import { withPorts } from '../with-ports.ts';
import { kindsOf, memoryWords } from './memory-words.ts';

/** `openmagus memory export`: one JSON line for each, as `import` takes them. */
export async function exportMemories(words: readonly string[]): Promise<number> {
  const { values } = memoryWords(words, { kinds: { type: 'string' } });
  const kinds = kindsOf(values.kinds);
  await withPorts(async (ports) => {
    for await (const lines of exportLines(ports, kinds, new AbortController().signal)) process.stdout.write(lines);
  });
  return 0;
}
