import * as z from 'zod/mini';
import type { Tool } from '../../core/tools/tool.ts';
import { pageCall } from './page-call.ts';
import { lookEffect } from './page-effects.ts';

const input = z.object({
  scope: z.optional(z.string().check(z.maxLength(50))),
  query: z.optional(z.string().check(z.maxLength(200))),
  since: z.optional(z.string().check(z.maxLength(20))),
  from: z.optional(z.int().check(z.minimum(1))),
  tab: z.optional(z.int().check(z.minimum(1))),
});

/** What the page shows, in few words. */
export const browserSnapshot: Tool<z.infer<typeof input>> = {
  name: 'browser_snapshot',
  family: 'browser',
  description:
    'What the page shows, with refs, at most 12,000 characters. scope: a ref, only the part below it. query: only lines with these words. ' +
    'since: id of an earlier snapshot, only what changed. from: line to go on with. tab: number of the tab, then the current one.',
  input,
  describe: ({ scope, query }) =>
    `Look at the page${scope ? `, below ${scope}` : ''}${query ? `, for “${query.slice(0, 100)}”` : ''}`,
  effects: async (ports, scope) => [lookEffect(ports, scope)],
  async run(ports, scope, asked, authorized, signal) {
    const work = { do: 'snapshot', ...asked } as const;
    return (await pageCall(ports, scope, { work, authorized }, signal)).result;
  },
};
