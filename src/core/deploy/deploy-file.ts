import * as z from 'zod/mini';
import { parseInWords } from '../errors/parse-in-words.ts';
import { parseJson } from '../parse-json.ts';

/** Where a project names its targets; a protected file, so changes to it are asked for in every mode. */
export const deployFile = '.openmagus/deploy.json';

export const kindNames = [
  'rsync',
  'kubectl',
  'helm',
  'terraform',
  'tofu',
  'compose',
  'docker',
  'vercel',
  'netlify',
  'fly',
  'gh-workflow',
] as const;
export type KindName = (typeof kindNames)[number];

/** One word of a command: printable, never a flag. */
const word = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(300),
    z.regex(/^\w[\w.@:/+=~-]*$/, 'must be one word of letters, digits and . _ @ : / + = ~ -'),
  );
/** Below the project, with forward slashes. */
const place = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(300),
    z.regex(/^(?!\/|-|.*(?:^|\/)\.\.(?:\/|$))[\p{L}\p{N}_@+.,= /-]+$/u, 'must be a path below the project'),
  );

const healthSchema = z.union([
  z.strictObject({
    url: z.string().check(z.regex(/^https?:\/\//), z.maxLength(2000)),
    within_s: z.optional(seconds()),
  }),
  z.strictObject({ command: z.string().check(z.minLength(1), z.maxLength(2000)), within_s: z.optional(seconds()) }),
]);

function seconds(): z.ZodMiniNumber {
  return z.number().check(z.minimum(0), z.maximum(600));
}

export const targetSettingsSchema = z.strictObject({
  kind: z.enum(kindNames),
  /** The one environment that it is for. */
  environment: z.optional(word),
  /** The folder that is deployed, or in which what is deployed is described. */
  source: z.optional(place),
  /** Further files that the commands read: values of a chart, variables. */
  files: z.optional(z.array(place).check(z.maxLength(20))),
  host: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_][\w.@-]{0,200}$/, 'must be a host or user@host'))),
  port: z.optional(z.int().check(z.minimum(1), z.maximum(65_535))),
  /** On the other side. */
  path: z.optional(
    z
      .string()
      .check(
        z.regex(
          /^(?!.*\/\.\.?(?:\/|$))\/[\w@+-][\w.@+-]*(?:\/[\w.@+-]+)+$/,
          'must be an absolute path two folders deep or more, of letters, digits and . _ @ + -',
        ),
        z.maxLength(300),
      ),
  ),
  /** What is not in the source goes away on the other side. */
  delete: z.optional(z.boolean()),
  context: z.optional(word),
  namespace: z.optional(word),
  release: z.optional(word),
  image: z.optional(word),
  app: z.optional(word),
  project: z.optional(word),
  workflow: z.optional(word),
  /** The workflow's input that takes the name of the environment. */
  input: z.optional(word),
  ref: z.optional(word),
  health: z.optional(healthSchema),
});
export type TargetSettings = z.infer<typeof targetSettingsSchema>;

const targetName = z.string().check(z.regex(/^[A-Za-z0-9][\w.-]{0,60}$/, 'must be a short name'));
const fileSchema = z.strictObject({ targets: z.record(targetName, targetSettingsSchema) });

export interface NamedTargets {
  readonly targets: Readonly<Record<string, TargetSettings>>;
  /** What is wrong with the file, in words. */
  readonly faults: readonly string[];
}

export function parseDeployFile(text: string): NamedTargets {
  const parsed = parseInWords(fileSchema, parseJson(text) ?? text, deployFile);
  return parsed.ok ? { targets: parsed.value.targets, faults: [] } : { targets: {}, faults: parsed.faults };
}
