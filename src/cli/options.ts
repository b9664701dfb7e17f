import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MagusError } from '../core/errors/magus-error.ts';
import { messageOf } from '../core/errors/message-of.ts';
import type { ConfiguredModels } from '../core/models/configured-models.ts';
import { parseModelConfiguration } from '../core/models/parse-configuration.ts';
import { dataHome } from '../data-home.ts';
import type { EndpointConfiguration } from '../protocol/model-configuration.ts';
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
  'no-lessons': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export interface RunOptions {
  readonly words: readonly string[];
  readonly workspace: string;
  readonly models: ConfiguredModels | undefined;
  readonly mode: (typeof taskModes)[number];
  readonly approve: (typeof approvalModes)[number];
  readonly limits: TaskLimits;
  readonly memory: boolean;
  readonly lessons: boolean;
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
    models: modelsOf(values),
    mode: oneOf('mode', values.mode ?? 'auto', taskModes),
    approve: oneOf('approve', values.approve ?? 'ask', approvalModes),
    limits: {
      maxTurns: numberOf('max-turns', values['max-turns']) ?? 100,
      ...(cost === undefined ? {} : { maxUsd: cost }),
      ...(timeout === undefined ? {} : { timeoutS: timeout }),
    },
    memory: !values['no-memory'],
    lessons: !values['no-lessons'],
    json: values.json ?? false,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: runOptions, allowPositionals: true });
  } catch (cause) {
    throw new MagusError('user-input', `${messageOf(cause)} See: openmagus help`, { cause });
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

interface ModelWords {
  readonly config?: string;
  readonly 'model-url'?: string;
  readonly model?: string;
  readonly 'api-key-env'?: string;
}

function modelsOf(values: ModelWords): ConfiguredModels | undefined {
  const written = writtenModels(values);
  if (!written) return undefined;
  const configuration = parseModelConfiguration(written.value, written.source);
  for (const { apiKeyEnv } of Object.values(configuration.endpoints)) if (apiKeyEnv !== undefined) keyIn(apiKeyEnv);
  return { configuration, keyOf: async (endpoint) => keyOf(endpoint) };
}

function writtenModels(values: ModelWords): { readonly value: unknown; readonly source: string } | undefined {
  if (values.config !== undefined) return { value: readJson(values.config), source: values.config };
  const { 'model-url': baseURL, 'api-key-env': apiKeyEnv, model } = values;
  if (baseURL === undefined) return usualModels();
  if (model === undefined) throw new MagusError('configuration', '--model-url also needs --model NAME.');
  const key = apiKeyEnv === undefined ? {} : { apiKeyEnv };
  return { value: { kind: 'openai', baseURL, model, ...key }, source: 'The model given by --model-url' };
}

/** Without any word about models: what the user keeps for every run. */
function usualModels(): { readonly value: unknown; readonly source: string } | undefined {
  const file = path.join(dataHome(), 'models.json');
  return existsSync(file) ? { value: readJson(file), source: file } : undefined;
}

function keyOf({ apiKeyEnv, secret }: EndpointConfiguration): string | undefined {
  if (apiKeyEnv !== undefined) return keyIn(apiKeyEnv);
  return secret === undefined ? undefined : secretInEnvironment(secret);
}

/** A name from VS Code's secret storage is looked for in the environment: litellm is OPENMAGUS_SECRET_LITELLM. */
export function secretInEnvironment(name: string): string | undefined {
  return process.env[`OPENMAGUS_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`];
}

/** The names of all of those. */
export function secretsInEnvironment(): readonly string[] {
  return Object.keys(process.env).flatMap((name) => /^OPENMAGUS_SECRET_(.+)$/.exec(name)?.[1]?.toLowerCase() ?? []);
}

function keyIn(variable: string): string {
  const key = process.env[variable];
  if (!key)
    throw new MagusError(
      'configuration',
      `The environment variable ${variable} is empty. Put the key of the model endpoint into it.`,
    );
  return key;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new MagusError('configuration', `${file} cannot be read as JSON: ${messageOf(cause)}`, { cause });
  }
}
