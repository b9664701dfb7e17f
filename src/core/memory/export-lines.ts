import type { MemoryKind } from '../../protocol/memory.ts';
import type { Ports } from '../ports.ts';

const pageSize = 500;

/** Everything remembered, as pieces of JSON lines that `import` takes. */
export async function* exportLines(
  { memory }: Pick<Ports, 'memory'>,
  kinds: readonly MemoryKind[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  for (let afterId = ''; ; ) {
    const page = await memory.store.scan({ kinds, afterId, limit: pageSize }, signal);
    yield page.map((record) => `${JSON.stringify(record)}\n`).join('');
    if (page.length < pageSize) return;
    afterId = page.at(-1)?.id ?? '';
  }
}
