import * as z from 'zod/mini';
import { documentEffect } from '../../core/api/api-effects.ts';
import type { ApiDocument } from '../../core/api/api-port.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { operationIndex, wantedApi } from './wanted-api.ts';

const input = z.object({
  query: z.string().check(z.maxLength(1000)),
  api: z.optional(z.string().check(z.maxLength(100))),
});

const shownOperations = 10;
const listedOperations = 60;

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
    const document = (await ports.apis.known(api)) ?? (await ports.apis.obtain(authorized, api, signal));
    const found =
      asked.query.trim() === ''
        ? document.operations.map((_, place) => place).slice(0, listedOperations)
        : operationIndex(document).search(asked.query, shownOperations);
    const head = `${document.title} (${document.api}): ${document.operations.length} operations`;
    if (found.length === 0)
      return { ok: true, content: `${head}. None has these words; try others, or an empty query.` };
    return { ok: true, content: [head, ...found.map((place) => lineOf(document, place))].join('\n') };
  },
};

function lineOf({ operations }: ApiDocument, place: number): string {
  const operation = operations[place];
  if (!operation) return '';
  const { id, method, path, summary, description } = operation;
  const words = (summary || description).split('\n', 1)[0]?.slice(0, 160) ?? '';
  const way = `${method} ${path}`;
  return `${id}${id === way ? '' : `  ${way}`}${words === '' ? '' : `  ${words}`}`;
}
