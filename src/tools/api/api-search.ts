import * as z from 'zod/mini';
import { documentEffect } from '../../core/api/api-effects.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { wantedApi } from './wanted-api.ts';

const input = z.object({
  query: z.string().check(z.maxLength(1000)),
  api: z.optional(z.string().check(z.maxLength(100))),
});

/** Finds operations of an API by words, without a model. */
export const apiSearch: Tool<z.infer<typeof input>> = {
  name: 'api_search',
  family: 'api',
  reads: true,
  description:
    'Finds operations of a configured API (OpenAPI) by words. api: its name, where there are several. An empty query lists.',
  input,
  describe: ({ query, api }) => `Search operations${api === undefined ? '' : ` of ${api}`}: ${query}`,
  async effects(ports, _scope, asked) {
    const api = await wantedApi(ports, asked.api);
    if (await ports.apis.known(api)) return [{ verb: 'control', object: `the document of ${api.name}`, zone: 'own' }];
    return [documentEffect(api)];
  },
  async run(ports, _scope, asked, authorized, signal) {
    const api = await wantedApi(ports, asked.api);
    const { title, operations } = (await ports.apis.known(api)) ?? (await ports.apis.obtain(authorized, api, signal));
    const found = await ports.apis.search(api, asked.query);
    const head = `${title} (${api.name}): ${operations} operations`;
    if (found.length === 0)
      return { ok: true, content: `${head}. None has these words; try others, or an empty query.` };
    return { ok: true, content: [head, ...found].join('\n') };
  },
};
