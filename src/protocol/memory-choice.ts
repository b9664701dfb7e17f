import * as z from 'zod/mini';

const words = z.string().check(z.minLength(1), z.maxLength(4000));

/** Which memories somebody means; the first that is said counts, from and to together. */
export const memoryChoiceSchema = z.object({
  ids: z.optional(z.array(z.string()).check(z.maxLength(10_000))),
  query: z.optional(words),
  source: z.optional(words),
  /** Moments as text: from this one on, up to before that one. */
  from: z.optional(words),
  to: z.optional(words),
  all: z.optional(z.boolean()),
});
export type MemoryChoice = z.infer<typeof memoryChoiceSchema>;
