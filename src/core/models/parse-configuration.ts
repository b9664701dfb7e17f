import type * as z from 'zod/mini';
import {
  type EndpointConfiguration,
  type EndpointKind,
  fullModelSchema,
  type ModelConfiguration,
  shortModelSchema,
} from '../../protocol/model-configuration.ts';
import { MagusError } from '../errors/magus-error.ts';
import { parseInWords, shownPath } from '../errors/parse-in-words.ts';

type Written = z.infer<typeof fullModelSchema>;

/** Where each local server listens when nobody told it otherwise. */
export const usualAddresses: Readonly<Partial<Record<EndpointKind, string>>> = {
  litellm: 'http://127.0.0.1:4000',
  ollama: 'http://127.0.0.1:11434',
  lmstudio: 'http://127.0.0.1:1234',
  llamacpp: 'http://127.0.0.1:8080',
  llamaswap: 'http://127.0.0.1:8080',
  vllm: 'http://127.0.0.1:8000',
};

/**
 * A model configuration as a person wrote it, long or short, checked and complete. `source` is where it stands, for the
 * message. Throws `configuration` with one line for each fault: its path, what is wrong, what would be right.
 */
export function parseModelConfiguration(value: unknown, source: string): ModelConfiguration {
  const written = readWritten(value, source);
  const faults = [...endpointFaults(written), ...groupFaults(written), ...routingFaults(written)];
  if (faults.length > 0) throw refuse(source, faults);
  return complete(written);
}

function readWritten(value: unknown, source: string): Written {
  const short = typeof value === 'object' && value !== null && 'model' in value && !('groups' in value);
  if (!short) return checked(fullModelSchema, value, source);
  const one = checked(shortModelSchema, value, source);
  const { kind, baseURL, secret, apiKeyEnv, caFile, api, timeouts, limits, budget, cache, ...deployment } = one;
  return {
    endpoints: { model: { kind, baseURL, secret, apiKeyEnv, caFile, api } },
    groups: { main: [{ endpoint: 'model', ...deployment }] },
    routing: { primary: 'main' },
    ...{ timeouts, limits, budget, cache },
  };
}

function checked<Value>(schema: z.ZodMiniType<Value>, value: unknown, source: string): Value {
  const parsed = parseInWords(schema, value, 'the configuration');
  if (parsed.ok) return parsed.value;
  throw refuse(source, parsed.faults);
}

function refuse(source: string, faults: readonly string[]): MagusError {
  return new MagusError('configuration', `${source} is not right:\n${faults.map((fault) => `- ${fault}`).join('\n')}`, {
    code: 'BAD_MODEL_CONFIGURATION',
  });
}

function endpointFaults({ endpoints }: Written): readonly string[] {
  return Object.entries(endpoints).flatMap(([name, endpoint]) => {
    const fault = addressFault(endpoint);
    return fault === undefined ? [] : [`${shownPath(['endpoints', name, 'baseURL'])}: ${fault}`];
  });
}

function addressFault({ kind, baseURL }: EndpointConfiguration): string | undefined {
  if (baseURL === undefined)
    return kind === 'openai' ? 'is missing; put the address of the server here, such as https://…/v1' : undefined;
  if (kind === 'vscode-lm') return 'VS Code’s own models have no address; take it out';
  if (!/^https?:\/\//i.test(baseURL) || !URL.canParse(baseURL))
    return `"${withoutKey(baseURL)}" is not an http or https address; write it with its scheme, such as http://127.0.0.1:4000/v1`;
  const { username, password, searchParams } = new URL(baseURL);
  const keyed = [...searchParams.keys()].some((key) => /key|token|secret|password|auth/i.test(key));
  if (username !== '' || password !== '' || keyed)
    return 'has a key in it, and addresses end up in logs; take it out and keep it in VS Code’s secret storage (“secret”, set by OpenMagus: Set API Key) or in an environment variable (“apiKeyEnv”)';
  return undefined;
}

function withoutKey(address: string): string {
  return address.replace(/[^/]*@/, '•••@').replace(/\?.*$/, '?…');
}

function groupFaults({ endpoints, groups }: Written): readonly string[] {
  const names = Object.keys(endpoints);
  return Object.entries(groups).flatMap(([group, deployments]) => {
    if (deployments.length === 0)
      return [`${shownPath(['groups', group])}: is empty; put a deployment into it or take the group out`];
    return deployments.flatMap(({ endpoint }, index) =>
      names.includes(endpoint)
        ? []
        : [`${shownPath(['groups', group, index, 'endpoint'])}: ${unknown(endpoint, 'endpoints', names)}`],
    );
  });
}

function routingFaults({ groups, routing, cache }: Written): readonly string[] {
  const names = Object.keys(groups);
  const named: (readonly [readonly PropertyKey[], string | undefined])[] = [
    [['primary'], routing.primary],
    [['secondary'], routing.secondary],
    ...Object.entries(routing.tasks ?? {}).map(([task, group]) => [['tasks', task], group] as const),
  ];
  for (const field of ['fallbacks', 'contextFallbacks'] as const)
    for (const [from, others] of Object.entries(routing[field] ?? {}))
      named.push([[field, from], from], ...others.map((to, index) => [[field, from, index], to] as const));
  return [
    ...named.flatMap(([path, group]) =>
      group === undefined || names.includes(group)
        ? []
        : [`${shownPath(['routing', ...path])}: ${unknown(group, 'groups', names)}`],
    ),
    ...cycleFault('fallbacks', routing.fallbacks),
    ...cycleFault('contextFallbacks', routing.contextFallbacks),
    ...(cache?.semantic === true && routing.tasks?.embed === undefined
      ? ['cache.semantic: needs a model that makes vectors; name its group as routing.tasks.embed']
      : []),
  ];
}

function unknown(name: string, place: string, names: readonly string[]): string {
  return `"${name}" is not under ${place}; there ${names.length === 1 ? 'is' : 'are'} ${names.map((known) => `"${known}"`).join(', ') || 'none'}`;
}

function cycleFault(field: string, edges: Readonly<Record<string, readonly string[]>> = {}): readonly string[] {
  const cycle = Object.keys(edges)
    .map((start) => cycleFrom(start, edges))
    .find((found) => found !== undefined);
  return cycle === undefined
    ? []
    : [`${shownPath(['routing', field])}: goes round in a circle (${cycle.join(' → ')}); take one of these out`];
}

function cycleFrom(start: string, edges: Readonly<Record<string, readonly string[]>>): readonly string[] | undefined {
  const seen = new Set<string>();
  const paths = [[start]];
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const last = path.at(-1) ?? start;
    if (path.length > 1 && last === start) return path;
    if (seen.has(last)) continue;
    seen.add(last);
    for (const next of edges[last] ?? []) paths.push([...path, next]);
  }
  return undefined;
}

function complete(written: Written): ModelConfiguration {
  const { timeouts, limits, budget, cache } = written;
  const endpoints = Object.entries(written.endpoints).map(([name, endpoint]) => {
    const baseURL = endpoint.baseURL ?? usualAddresses[endpoint.kind];
    return [name, { ...endpoint, ...(baseURL === undefined ? {} : { baseURL }) }] as const;
  });
  return {
    endpoints: Object.fromEntries(endpoints),
    groups: written.groups,
    routing: written.routing,
    timeouts: {
      firstByteMs: timeouts?.firstByteMs ?? 60_000,
      idleMs: timeouts?.idleMs ?? 30_000,
      totalMs: timeouts?.totalMs ?? 600_000,
    },
    perDeployment: {
      parallel: limits?.perDeployment?.parallel ?? 0,
      rpm: limits?.perDeployment?.rpm ?? 0,
      tpm: limits?.perDeployment?.tpm ?? 0,
    },
    budget: budget ?? {},
    cache: {
      exact: cache?.exact,
      semantic: cache?.semantic ?? false,
      ttlS: cache?.ttlS ?? 86_400,
      maxMb: cache?.maxMb ?? 64,
    },
  };
}
