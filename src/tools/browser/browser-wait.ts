import * as z from 'zod/mini';
import type { Tool } from '../../core/tools/tool.ts';
import { pageCall, saved, saveEffects } from './page-call.ts';
import { lookEffect } from './page-effects.ts';

const input = z.object({
  for: z.enum(['text', 'gone', 'url', 'idle', 'download']),
  value: z.optional(z.string().check(z.maxLength(1000))),
  timeout_s: z._default(z.number().check(z.minimum(0.1), z.maximum(120)), 15),
  save_as: z.optional(z.string().check(z.minLength(1), z.maxLength(4096))),
});

/** Waits for something to be so, instead of for a time. */
export const browserWait: Tool<z.infer<typeof input>> = {
  name: 'browser_wait',
  family: 'browser',
  description:
    'Waits until a text (value) is there or gone, the address holds value, the network is idle, or a download ended; 15 s, timeout_s: up to 120. ' +
    'Shows what changed. save_as: file of the workspace for the download.',
  input,
  describe: ({ for: condition, value = '' }) => `Wait in the browser: ${condition} ${value.slice(0, 100)}`.trim(),
  effects: async (ports, scope, { save_as }) => [
    lookEffect(ports, scope),
    ...(await saveEffects(ports, scope, save_as)),
  ],
  async run(ports, scope, { for: condition, value, timeout_s, save_as: path }, authorized, signal) {
    const content = path !== undefined;
    const work = { do: 'wait', for: condition, value, timeoutMs: timeout_s * 1000, content } as const;
    const called = await pageCall(ports, scope, { work, authorized }, signal);
    return saved(ports, scope, called, { path, authorized });
  },
};
