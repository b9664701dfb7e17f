import type { Ports } from '../../core/ports.ts';
import { withPorts } from '../with-ports.ts';
import { kindsOf, memoryWords } from './memory-words.ts';

const pageSize = 500;

/** `openmagus memory export`: one JSON line for each, as `import` takes them. */
export async function exportMemories(words: readonly string[]): Promise<number> {
  const { values } = memoryWords(words, { kinds: { type: 'string' } });
  const kinds = kindsOf(values.kinds);
  await withPorts(async ({ memory }: Ports) => {
    const { signal } = new AbortController();
    for (let afterId = ''; ; ) {
      const page = await memory.store.scan({ kinds, afterId, limit: pageSize }, signal);
      process.stdout.write(page.map((record) => `${JSON.stringify(record)}\n`).join(''));
      if (page.length < pageSize) return;
      afterId = page.at(-1)?.id ?? '';
    }
  });
  return 0;
}
