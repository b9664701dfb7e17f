import * as z from 'zod/mini';

export const endpointKinds = [
  'litellm',
  'openai',
  'ollama',
  'lmstudio',
  'llamacpp',
  'llamaswap',
  'vllm',
  'vscode-lm',
] as const;
export type EndpointKind = (typeof endpointKinds)[number];

/** What a request is for; each may have models of its own. */
export const modelPurposes = ['plan', 'act', 'summarise', 'embed', 'advise'] as const;
export type ModelPurpose = (typeof modelPurposes)[number];

const modelCapabilities = ['tools', 'images', 'schema'] as const;

const name = z.string().check(z.minLength(1), z.maxLength(200));
const amount = z.number().check(z.minimum(0));
const milliseconds = z.number().check(z.positive());
const limits = { parallel: z.optional(amount), rpm: z.optional(amount), tpm: z.optional(amount) };

const endpointWords = {
  kind: z.enum(endpointKinds),
  baseURL: z.optional(z.string()),
  /** Name of a key in VS Code's secret storage. */
  secret: z.optional(name),
  /** Name of an environment variable that holds the key. */
  apiKeyEnv: z.optional(name),
  /** PEM file with the certificate authority of this endpoint. */
  caFile: z.optional(name),
  api: z.optional(z.enum(['chat', 'responses'])),
};

const deploymentWords = {
  model: name,
  /** Tokens that fit into one request and its answer. */
  context: z.optional(z.number().check(z.positive())),
  /** Most tokens of one answer. */
  output: z.optional(z.number().check(z.positive())),
  keepAlive: z.optional(name),
  /** US dollars per million tokens. */
  price: z.optional(z.strictObject({ input: amount, output: amount, cachedInput: z.optional(amount) })),
  capabilities: z.optional(z.array(z.enum(modelCapabilities))),
  /** Whether earlier reasoning is sent back: some models demand it, some refuse it. */
  reasoning: z.optional(z.enum(['replay', 'drop'])),
  /** Marks for a provider whose prompt cache wants to be told what to keep. */
  cacheMarks: z.optional(z.boolean()),
};

const deploymentSchema = z.strictObject({
  endpoint: name,
  ...deploymentWords,
  /** Lower ones are asked first. */
  order: z.optional(z.number()),
  /** Share among those of the same order. */
  weight: z.optional(z.number().check(z.positive())),
  limits: z.optional(z.strictObject(limits)),
});

const settingsWords = {
  timeouts: z.optional(
    z.strictObject({
      firstByteMs: z.optional(milliseconds),
      idleMs: z.optional(milliseconds),
      totalMs: z.optional(milliseconds),
    }),
  ),
  limits: z.optional(z.strictObject({ perDeployment: z.optional(z.strictObject(limits)) })),
  budget: z.optional(z.strictObject({ taskUsd: z.optional(amount), dayUsd: z.optional(amount) })),
  cache: z.optional(
    z.strictObject({
      exact: z.optional(z.boolean()),
      semantic: z.optional(z.boolean()),
      ttlS: z.optional(z.number().check(z.positive())),
      maxMb: z.optional(z.number().check(z.positive())),
    }),
  ),
};

const groupNames = z.record(z.string(), z.array(name));

export const fullModelSchema = z.strictObject({
  endpoints: z.record(z.string(), z.strictObject(endpointWords)),
  groups: z.record(z.string(), z.array(deploymentSchema)),
  routing: z.strictObject({
    primary: name,
    secondary: z.optional(name),
    tasks: z.optional(
      z.strictObject({
        plan: z.optional(name),
        act: z.optional(name),
        summarise: z.optional(name),
        embed: z.optional(name),
        advise: z.optional(name),
      }),
    ),
    fallbacks: z.optional(groupNames),
    contextFallbacks: z.optional(groupNames),
  }),
  ...settingsWords,
});

/** One model and nothing else: the short way to write a configuration. */
export const shortModelSchema = z.strictObject({
  ...endpointWords,
  kind: z._default(z.enum(endpointKinds), 'openai'),
  ...deploymentWords,
  ...settingsWords,
});

type Full = z.infer<typeof fullModelSchema>;
export type EndpointConfiguration = Full['endpoints'][string];
export type DeploymentConfiguration = z.infer<typeof deploymentSchema>;
export interface Timeouts {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}
export interface DeploymentLimits {
  /** Requests at a time, a minute, tokens a minute; 0: as many as there are. */
  readonly parallel: number;
  readonly rpm: number;
  readonly tpm: number;
}
/** Which models there are and which is asked for what: checked, with every default filled in. */
export interface ModelConfiguration {
  readonly endpoints: Readonly<Record<string, EndpointConfiguration>>;
  readonly groups: Readonly<Record<string, readonly DeploymentConfiguration[]>>;
  readonly routing: Full['routing'];
  readonly timeouts: Timeouts;
  readonly perDeployment: DeploymentLimits;
  readonly budget: { readonly taskUsd?: number | undefined; readonly dayUsd?: number | undefined };
  readonly cache: {
    /** undefined: only for requests whose answer calls no tools. */
    readonly exact: boolean | undefined;
    readonly semantic: boolean;
    readonly ttlS: number;
    readonly maxMb: number;
  };
}
