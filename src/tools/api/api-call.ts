import * as z from 'zod/mini';
import { callEffects } from '../../core/api/api-effects.ts';
import type { ApiCall, PreparedCall } from '../../core/api/api-port.ts';
import type { Ports } from '../../core/ports.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { shownAnswer } from './shown-answer.ts';
import { wantedApi } from './wanted-api.ts';

const input = z.object({
  operation: z.string().check(z.minLength(1), z.maxLength(500)),
  api: z.optional(z.string().check(z.maxLength(100))),
  params: z._default(z.record(z.string(), z.unknown()), {}),
  body: z.optional(z.unknown()),
  dry_run: z.optional(z.boolean()),
});
type ApiCallInput = z.infer<typeof input>;

/** Calls one operation; what goes out has been held against the document before. */
export const apiCall: Tool<ApiCallInput> = {
  name: 'api_call',
  family: 'api',
  description:
    'Calls an operation. params: those of path, query and header by name. Checked against the document first. GET runs where the host is allowed, everything else is asked for. dry_run: only shows the request.',
  input,
  describe: ({ operation, dry_run }) => `${dry_run ? 'Show the request of' : 'Call'} ${operation}`,
  async effects(ports, _scope, asked) {
    if (asked.dry_run) return [{ verb: 'control', object: `the request of ${asked.operation}`, zone: 'own' }];
    return callEffects(ports.hash, (await preparedCall(ports, asked)).call);
  },
  async run(ports, _scope, asked, authorized, signal) {
    const prepared = await preparedCall(ports, asked);
    if (asked.dry_run) return { ok: true, content: requestText(prepared.call) };
    return shownAnswer(prepared, await ports.apis.call(authorized, prepared.call, signal));
  },
};

async function preparedCall(ports: Ports, { api, operation, params, body }: ApiCallInput): Promise<PreparedCall> {
  return ports.apis.prepare(await wantedApi(ports, api), { operation, params, body });
}

/** As it would go out; the key stands by its name. */
function requestText({ api, method, url, headers, body }: ApiCall): string {
  const { auth } = api;
  const key = !auth ? [] : [`${auth.kind === 'header' ? auth.header : 'authorization'}: [the secret ${auth.secret}]`];
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${url.href}`, ...lines, ...key, ...(body === undefined ? [] : ['', body])].join('\n');
}
