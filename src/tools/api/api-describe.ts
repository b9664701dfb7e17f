import * as z from 'zod/mini';
import type { ApiDocument, ApiOperation, ApiParameter, ConfiguredApi } from '../../core/api/api-port.ts';
import { showSchema } from '../../core/api/show-schema.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { knownDocument, wantedApi, wantedOperation } from './wanted-api.ts';

const input = z.object({
  operation: z.string().check(z.minLength(1), z.maxLength(500)),
  api: z.optional(z.string().check(z.maxLength(100))),
});

const longest = 12_000;

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
    const document = await knownDocument(ports, api);
    const text = describeOperation(api, document, wantedOperation(document, asked.operation));
    return { ok: true, content: text.length > longest ? `${text.slice(0, longest)}…` : text };
  },
};

function describeOperation(api: ConfiguredApi, document: ApiDocument, operation: ApiOperation): string {
  const { id, method, path, summary, description, parameters, body, responses } = operation;
  const words = [summary, description === summary ? '' : description.slice(0, 2000)].filter(Boolean).join('\n');
  const sent = body ? [`body${body.required ? '*' : ''} (${body.type}): ${showSchema(document, body.schema)}`] : [];
  const answers = responses.slice(0, 12).map(({ status, description: said, schema }) => {
    const shape = schema && /^2|default/.test(status) ? ` ${showSchema(document, schema)}` : '';
    return `${status}: ${said.split('\n', 1)[0]?.slice(0, 200)}${shape}`;
  });
  return [
    `${id}: ${method} ${document.base ?? ''}${path}`,
    words,
    ...parameters.map((parameter) => parameterLine(document, parameter)),
    ...sent,
    api.auth ? 'The key goes along by itself.' : '',
    ...answers,
    ...pagingHint(parameters),
  ]
    .filter(Boolean)
    .join('\n');
}

function parameterLine(document: ApiDocument, { name, place, required, description, schema }: ApiParameter): string {
  const said = description === '' ? '' : `  ${description.split('\n', 1)[0]?.slice(0, 200)}`;
  return `${place} ${name}${required ? '*' : ''}: ${showSchema(document, schema)}${said}`;
}

function pagingHint(parameters: readonly ApiParameter[]): readonly string[] {
  const pages = parameters.filter(({ name }) =>
    /^(page|page_?token|cursor|after|offset|starting_after|continuation_?token|marker|next_?token)$/i.test(name),
  );
  return pages.length === 0 ? [] : [`Answers come in pages: go on with ${pages.map(({ name }) => name).join(' or ')}.`];
}
