import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import { forget as erase } from '../../core/memory/remember.ts';
import type { Tool } from '../../core/tools/tool.ts';

const input = z.object({ id: z.string() });

/** Leaves nothing of one memory. */
export const forget: Tool<z.infer<typeof input>> = {
  name: 'forget',
  description: 'Forgets a memory for ever.',
  input,
  describe: ({ id }) => `Forget ${id}`,
  async effects(ports, _scope, { id }) {
    const [record] = await ports.memory.store.byIds([id]);
    const object = record ? `${id}: ${record.title}` : id;
    return [
      { verb: 'forget', object, zone: 'workspace', protects: 'what is remembered, which cannot be brought back' },
    ];
  },
  async run(ports, _scope, { id }, _authorized, signal) {
    const { count, waiting } = await erase(ports, [id], signal);
    if (count === 0)
      throw new MagusError('tool-failed', `There is no memory ${id}. Find its id with recall.`, { code: 'NOT_FOUND' });
    const later = waiting.length > 0 ? ` ${waiting.join(' and ')} will be told when it answers.` : '';
    return { ok: true, content: `Forgotten.${later}` };
  },
};
