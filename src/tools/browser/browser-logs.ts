import * as z from 'zod/mini';
import type { Tool } from '../../core/tools/tool.ts';
import { pageCall, saved, saveEffects } from './page-call.ts';
import { lookEffect } from './page-effects.ts';

const input = z.object({
  kind: z.enum(['console', 'network', 'downloads', 'test']),
  query: z.optional(z.string().check(z.maxLength(200))),
  save_as: z.optional(z.string().check(z.minLength(1), z.maxLength(4096))),
});

/** What pages said and loaded, or everything that was done in the browser as a test. */
export const browserLogs: Tool<z.infer<typeof input>> = {
  name: 'browser_logs',
  family: 'browser',
  description:
    "The page's console, its requests, its downloads; test: all that was done so far as a Playwright test file. query: only lines with it. save_as: file of the workspace for the test.",
  input,
  describe: ({ kind }) =>
    kind === 'test' ? 'Write down the run as a Playwright test' : `Read the ${kind} log of the page`,
  effects: async (ports, scope, { save_as }) => [
    lookEffect(ports, scope),
    ...(await saveEffects(ports, scope, save_as)),
  ],
  async run(ports, scope, { kind, query, save_as: path }, authorized, signal) {
    const called = await pageCall(ports, scope, { work: { do: 'logs', kind, query }, authorized }, signal);
    return saved(ports, scope, called, { path, authorized });
  },
};
