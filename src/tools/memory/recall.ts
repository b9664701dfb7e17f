import * as z from 'zod/mini';
import { recallMemories } from '../../core/memory/recall-memories.ts';
import { recalledText } from '../../core/memory/recalled-text.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { memoryKinds } from '../../protocol/memory.ts';

const input = z.object({
  query: z.string(),
  kinds: z.optional(z.array(z.enum(memoryKinds))),
});

const mostQuery = 4000;

/** What was remembered in former tasks. */
export const recall: Tool<z.infer<typeof input>> = {
  name: 'recall',
  description: 'Searches former tasks.',
  input,
  describe: ({ query }) => `Recall ${query}`,
  effects: async (_ports, scope) => [{ verb: 'read', object: scope.roots.join(':'), zone: 'workspace' }],
  async run(ports, scope, { query, kinds = memoryKinds }, _authorized, signal) {
    const request = {
      text: query.slice(0, mostQuery),
      kinds,
      workspace: scope.roots.join(':'),
      roots: scope.roots,
      limit: 8,
      tokens: 4000,
    };
    const { hits, warnings } = await recallMemories(ports, request, signal);
    const told = [recalledText(hits), ...warnings].filter((text) => text !== '');
    return { ok: true, content: told.join('\n\n') || 'Nothing is remembered about that.' };
  },
};
