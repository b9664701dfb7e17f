import * as z from 'zod/mini';
import { callEffects } from '../../core/api/api-effects.ts';
import type { ApiCall, ApiDocument, ApiOperation } from '../../core/api/api-port.ts';
import { buildCall } from '../../core/api/build-call.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { shownAnswer } from './shown-answer.ts';
import { knownDocument, wantedApi, wantedOperation } from './wanted-api.ts';

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
    return callEffects(ports.hash, (await checkedCall(ports, asked)).call);
  },
  async run(ports, _scope, asked, authorized, signal) {
    const { call, operation } = await checkedCall(ports, asked);
    if (asked.dry_run) return { ok: true, content: requestText(call) };
    return shownAnswer(operation, call, await ports.apis.call(authorized, call, signal));
  },
};

async function checkedCall(
  ports: Ports,
  { api: name, operation: wanted, params, body }: ApiCallInput,
): Promise<{ readonly call: ApiCall; readonly operation: ApiOperation }> {
  const api = await wantedApi(ports, name);
  const document = await knownDocument(ports, api);
  const operation = wantedOperation(document, wanted);
  const faults = [
    ...(await parameterFaults(ports, document, operation, params)),
    ...(await bodyFaults(ports, document, operation, body)),
  ];
  if (faults.length > 0)
    throw new MagusError(
      'tool-input',
      `Nothing was sent: it does not fit ${operation.id}.\n${faults.slice(0, 20).join('\n')}\nMend it; api_describe shows what is wanted.`,
      { code: 'BAD_PARAMS' },
    );
  return { call: buildCall(api, document, operation, { params, body }), operation };
}

async function parameterFaults(
  { apis }: Ports,
  document: ApiDocument,
  { parameters }: ApiOperation,
  params: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  const names = parameters.map(({ name }) => name);
  const unknown = Object.keys(params).filter((name) => !names.includes(name));
  const faults = unknown.map((name) => `params.${name}: there is none; there are: ${names.join(', ') || 'none'}`);
  for (const { name, place, required, schema } of parameters) {
    const value = params[name];
    if (value === undefined) {
      if (required && place !== 'cookie') faults.push(`params.${name}: is missing`);
    } else for (const fault of await apis.faults(document, schema, value)) faults.push(`params.${name}: ${fault}`);
  }
  return faults;
}

async function bodyFaults(
  { apis }: Ports,
  document: ApiDocument,
  { body }: ApiOperation,
  given: unknown,
): Promise<readonly string[]> {
  if (!body) return given === undefined ? [] : ['body: this operation takes none'];
  if (given === undefined) return body.required ? ['body: is missing'] : [];
  const checked = /[/+]json\b|x-www-form-urlencoded/.test(body.type);
  return checked ? (await apis.faults(document, body.schema, given)).map((fault) => `body: ${fault}`) : [];
}

/** As it would go out; the key stands by its name. */
function requestText({ api, method, url, headers, body }: ApiCall): string {
  const { auth } = api;
  const key = !auth ? [] : [`${auth.kind === 'header' ? auth.header : 'authorization'}: [the secret ${auth.secret}]`];
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${url.href}`, ...lines, ...key, ...(body === undefined ? [] : ['', body])].join('\n');
}
