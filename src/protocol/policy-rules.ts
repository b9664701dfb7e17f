import * as z from 'zod/mini';

/**
 * One rule of the user: which decision, for what. `command` are the first words of a command ("npm test"), `path` a real path
 * or a pattern of one, `host` a host or "*.host", `content` the sha256 of a rule file that is trusted. The strictest of the rules that fit counts, and none loosens what always asks.
 */
const ruleSchema = z
  .strictObject({
    decide: z.enum(['allow', 'ask', 'deny']),
    command: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
    path: z.optional(z.string().check(z.minLength(1), z.maxLength(4096))),
    host: z.optional(z.string().check(z.minLength(1), z.maxLength(253))),
    /** sha256 of one exact effect, as an approval shows it. */
    effect: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
    content: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
    /** What a hash stands for, for whoever reads the list; it decides nothing. */
    note: z.optional(z.string().check(z.maxLength(1000))),
  })
  .check(
    z.refine(
      (rule) => Object.keys(rule).filter((key) => key !== 'note').length === 2,
      'give exactly one of command, path, host, effect and content',
    ),
  );

export const policyRulesSchema = z.array(ruleSchema).check(z.maxLength(1000));
export type PolicyRule = z.infer<typeof ruleSchema>;
