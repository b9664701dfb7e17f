import * as z from 'zod/mini';
import type { Tool } from '../../core/tools/tool.ts';
import { wantedApi } from './wanted-api.ts';

const input = z.object({
  operation: z.string().check(z.minLength(1), z.maxLength(500)),
  api: z.optional(z.string().check(z.maxLength(100))),
});

/** How one operation is called. */
export const apiDescribe: Tool<z.infer<typeof input>> = {
  name: 'api_describe',
  family: 'api',
  reads: true,
  description: 'Describes an operation: parameters, body, answers. * is required.',
  input,
  describe: ({ operation }) => `Describe ${operation}`,
  effects: async (_ports, _scope, { operation }) => [
    { verb: 'control', object: `the operation ${operation}`, zone: 'own' },
  ],
  async run(ports, _scope, asked) {
    const api = await wantedApi(ports, asked.api);
    return { ok: true, content: await ports.apis.describe(api, asked.operation) };
  },
};
