import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import type { ModelEndpoint } from '../compose.ts';
import { MagusError } from '../core/errors/magus-error.ts';
import { approvalModes, type TaskLimits, taskModes } from '../protocol/task-start.ts';

const runOptions = {
  workspace: { type: 'string' },
  config: { type: 'string' },
  'model-url': { type: 'string' },
  model: { type: 'string' },
  'api-key-env': { type: 'string' },
  mode: { type: 'string' },
  approve: { type: 'string' },
  'max-turns': { type: 'string' },
  'max-cost': { type: 'string' },
  timeout: { type: 'string' },
  'no-memory': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export interface RunOptions {
  readonly words: readonly string[];
  readonly workspace: string;
  readonly endpoint: ModelEndpoint | undefined;
  readonly mode: (typeof taskModes)[number];
  readonly approve: (typeof approvalModes)[number];
  readonly limits: TaskLimits;
  readonly memory: boolean;
  readonly json: boolean;
}

/** Options of `run` and `resume`. Throws `user-input` for an unknown option or value. */
export function parseRunOptions(words: readonly string[]): RunOptions {
  const { values, positionals } = parse(words);
  const cost = numberOf('max-cost', values['max-cost']);
  const timeout = numberOf('timeout', values.timeout);
  return {
    words: positionals,
    workspace: values.workspace ?? process.cwd(),
    endpoint: endpointOf(values),
    mode: oneOf('mode', values.mode ?? 'auto', taskModes),
    approve: oneOf('approve', values.approve ?? 'ask', approvalModes),
    limits: {
      maxTurns: numberOf('max-turns', values['max-turns']) ?? 100,
      ...(cost === undefined ? {} : { maxUsd: cost }),
      ...(timeout === undefined ? {} : { timeoutS: timeout }),
    },
    memory: !values['no-memory'],
    json: values.json ?? false,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: runOptions, allowPositionals: true });
  } catch (cause) {
    throw new MagusError(
      'user-input',
      `${cause instanceof Error ? cause.message : String(cause)} See: openmagus help`,
      { cause },
    );
  }
}

function oneOf<Value extends string>(name: string, value: string, values: readonly Value[]): Value {
  const known = values.find((candidate) => candidate === value);
  if (known === undefined)
    throw new MagusError('user-input', `--${name} is one of ${values.join(', ')}, not ${value}.`);
  return known;
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new MagusError('user-input', `--${name} takes a number above 0, not ${text}.`);
  return value;
}

interface EndpointWords {
  readonly config?: string;
  readonly 'model-url'?: string;
  readonly model?: string;
  readonly 'api-key-env'?: string;
}

function endpointOf(values: EndpointWords): ModelEndpoint | undefined {
  if (values.config !== undefined) return endpointOfConfig(values.config);
  const baseURL = values['model-url'];
  if (baseURL === undefined) return undefined;
  if (values.model === undefined) throw new MagusError('configuration', '--model-url also needs --model NAME.');
  if (!URL.canParse(baseURL) || !/^https?:/.test(baseURL))
    throw new MagusError('configuration', `--model-url is not an http or https address: ${baseURL}`);
  return { baseURL, model: values.model, ...keyOf(values['api-key-env']) };
}

function keyOf(variable: string | undefined): { readonly apiKey?: string } {
  if (variable === undefined) return {};
  const apiKey = process.env[variable];
  if (!apiKey)
    throw new MagusError(
      'configuration',
      `The environment variable ${variable} is empty. Put the key of the model endpoint into it.`,
    );
  return { apiKey };
}

const configSchema = z.object({
  endpoints: z.record(
    z.string(),
    z.object({ kind: z.string(), baseURL: z.string(), apiKeyEnv: z.optional(z.string()) }),
  ),
  groups: z.record(
    z.string(),
    z
      .array(
        z.object({
          endpoint: z.string(),
          model: z.string(),
          order: z.optional(z.number()),
          context: z.optional(z.number()),
        }),
      )
      .check(z.minLength(1)),
  ),
  routing: z.object({ primary: z.string() }),
  timeouts: z.optional(z.object({ firstByteMs: z.number(), idleMs: z.number(), totalMs: z.number() })),
});

/** The first deployment of the primary group. */
function endpointOfConfig(file: string): ModelEndpoint {
  const parsed = z.safeParse(configSchema, readJson(file));
  if (!parsed.success)
    throw new MagusError('configuration', `${file} is not a model configuration:\n${z.prettifyError(parsed.error)}`);
  const { endpoints, groups, routing, timeouts } = parsed.data;
  const group = groups[routing.primary];
  const first = [...(group ?? [])].sort((a, b) => (a.order ?? 1) - (b.order ?? 1))[0];
  if (!first)
    throw new MagusError(
      'configuration',
      `${file}: routing.primary names the group ${routing.primary}, which is not under groups.`,
    );
  const endpoint = endpoints[first.endpoint];
  if (!endpoint)
    throw new MagusError(
      'configuration',
      `${file}: group ${routing.primary} names the endpoint ${first.endpoint}, which is not under endpoints.`,
    );
  const context = first.context === undefined ? {} : { contextTokens: first.context };
  return {
    baseURL: endpoint.baseURL,
    model: first.model,
    ...keyOf(endpoint.apiKeyEnv),
    ...context,
    ...(timeouts ? { timeouts } : {}),
  };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new MagusError(
      'configuration',
      `${file} cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
