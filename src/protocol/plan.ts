import * as z from 'zod/mini';

export const planStepSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(64)),
  title: z.string().check(z.minLength(1), z.maxLength(200)),
  instructions: z.string().check(z.maxLength(20_000)),
  after: z._default(z.array(z.string()), []),
  /** Globs of files the step may write; steps whose globs may meet never run side by side. */
  writes: z._default(z.array(z.string()), []),
  /** A command the harness runs after the step; exit code 0 verifies it. */
  check: z.optional(z.string()),
  doneWhen: z._default(z.string(), ''),
});
export type PlanStep = z.infer<typeof planStepSchema>;

export const planSchema = z.object({ steps: z.array(planStepSchema).check(z.minLength(1), z.maxLength(40)) });
export type Plan = z.infer<typeof planSchema>;
