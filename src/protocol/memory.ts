import * as z from 'zod/mini';

export const memoryKinds = ['episode', 'fact', 'workflow'] as const;
export type MemoryKind = (typeof memoryKinds)[number];

/** A line that a fact rests on; the hash is that of the whole file when the fact was learned. */
const citationSchema = z.object({
  path: z.string(),
  line: z.number().check(z.minimum(1)),
  sha256: z.string(),
});

/** An entry of a task's log that a lesson rests on. */
const evidenceSchema = z.object({ taskId: z.string(), seq: z.number(), quote: z.string() });

/** Something that was tried in a task, in words that fit the same try elsewhere. */
const trialSchema = z.object({
  /** The command or call, normalised. */
  action: z.string(),
  ok: z.boolean(),
  /** The telling line of the failure, normalised. */
  failure: z._default(z.string(), ''),
  /** What was done after the failure before the same action succeeded. */
  cure: z._default(z.string(), ''),
  /** How long it ran, in milliseconds; 0: not known. */
  ms: z._default(z.number(), 0),
});
export type Trial = z.infer<typeof trialSchema>;

const workflowSchema = z.object({
  /** Goals that it reached, the newest first. */
  goals: z.array(z.string()),
  /** What a project must have, such as "packages npm". */
  preconditions: z.array(z.string()),
  /** What was called, parameters lifted out. */
  steps: z.array(z.object({ tool: z.string(), action: z.string() })),
  /** The plan to adapt. */
  plan: z.array(z.object({ title: z.string(), instructions: z.string(), check: z.optional(z.string()) })),
  runs: z.number(),
  successes: z.number(),
  /** Uses and successes where older ones count less; see core/memory/success.ts. */
  tried: z.number(),
  won: z.number(),
  outcomes: z.array(
    z.object({
      taskId: z.string(),
      at: z.string(),
      success: z.boolean(),
      turns: z.number(),
      tokens: z.number(),
      usd: z._default(z.number(), 0),
      ms: z.number(),
    }),
  ),
  supersedes: z.nullable(z.string()),
  status: z.enum(['candidate', 'active', 'retired']),
});
export type Workflow = z.infer<typeof workflowSchema>;

/** One thing remembered. The same shape in the embedded store, in every replica, and in export and import. */
export const memoryRecordSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(200)),
  kind: z.enum(memoryKinds),
  /** Whose it is: "user/NAME" or "team/NAME". */
  namespace: z.string(),
  /** The folders it belongs to; '' holds everywhere. */
  workspace: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
  title: z.string(),
  text: z.string(),
  /** Where it comes from: a task, the user, a file that was imported. */
  source: z.string(),
  taskId: z._default(z.string(), ''),
  outcome: z._default(z.string(), ''),
  cites: z._default(z.array(citationSchema), []),
  evidence: z._default(z.array(evidenceSchema), []),
  pinned: z._default(z.boolean(), false),
  /** Learned where words from outside the workspace were heard: shown to the user, not recalled, until it is accepted. */
  review: z._default(z.boolean(), false),
  /** Since when it no longer holds; null: it holds. */
  validTo: z._default(z.nullable(z.string()), null),
  supersededBy: z._default(z.nullable(z.string()), null),
  trials: z._default(z.array(trialSchema), []),
  workflow: z.optional(workflowSchema),
});
export type MemoryRecord = z.infer<typeof memoryRecordSchema>;
