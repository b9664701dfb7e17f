import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import { recallMemories } from '../../core/memory/recall-memories.ts';
import type { Ports } from '../../core/ports.ts';
import { memoryKinds } from '../../protocol/memory.ts';
import { answerJsonLines } from '../json-lines.ts';
import { printable } from '../printable.ts';
import { withPorts } from '../with-ports.ts';
import { kindsOf, limitOf, memoryWords } from './memory-words.ts';

const rowSchema = z.object({
  id: z.optional(z.union([z.string(), z.number()])),
  query: z.string(),
  kinds: z.optional(z.array(z.enum(memoryKinds))),
  limit: z.optional(z.number().check(z.minimum(1), z.maximum(1000))),
});
type Row = z.infer<typeof rowSchema>;

/** `openmagus memory search WORDS` and `search --batch`: what would be recalled, and why. */
export async function searchMemories(words: readonly string[]): Promise<number> {
  const { values, positionals } = memoryWords(words, {
    batch: { type: 'boolean' },
    json: { type: 'boolean' },
    kinds: { type: 'string' },
    limit: { type: 'string' },
    workspace: { type: 'string' },
  });
  const { workspace } = values;
  if (values.batch) {
    await withPorts((ports) => answerJsonLines(rowSchema, (row) => answerRow(ports, row, workspace)));
    return 0;
  }
  const query = positionals.join(' ');
  if (query.trim() === '') throw new MagusError('user-input', 'Search for what? openmagus memory search WORDS');
  const row = { query, kinds: [...kindsOf(values.kinds)], limit: limitOf(values.limit, 10) };
  const { hits } = await withPorts((ports) => answerRow(ports, row, workspace));
  for (const hit of hits) {
    const line = `${hit.id}  ${hit.kind.padEnd(8)}  ${printable(hit.title)}\n    ${printable(hit.why)}`;
    process.stdout.write(`${values.json ? JSON.stringify(hit) : line}\n`);
  }
  if (hits.length === 0 && !values.json) process.stdout.write('Nothing is remembered about that.\n');
  return 0;
}

async function answerRow(ports: Ports, { id, query, kinds, limit }: Row, workspace: string | undefined) {
  const request = {
    text: query,
    kinds: kinds ?? memoryKinds,
    limit: limit ?? 10,
    roots: workspace === undefined ? [] : [workspace],
    ...(workspace === undefined ? {} : { workspace }),
  };
  const { hits, warnings } = await recallMemories(ports, request, new AbortController().signal);
  return { id, hits, ...(warnings.length > 0 ? { warnings } : {}) };
}
