import * as z from 'zod/mini';

const agentName = z.enum(['coordinator', 'planner', 'knowledge', 'executor']);

/** What one agent says to another; logged before it is delivered, so it can be carried to another machine. */
export const agentMessageSchema = z.object({
  id: z.string(),
  from: agentName,
  to: agentName,
  kind: z.enum(['request', 'reply', 'failure']),
  inReplyTo: z.optional(z.string()),
  body: z.discriminatedUnion('topic', [
    z.object({ topic: z.literal('recall'), goal: z.optional(z.string()), hits: z.optional(z.array(z.string())) }),
    z.object({
      topic: z.literal('plan'),
      failures: z.optional(z.array(z.string())),
      outcome: z.optional(z.enum(['answer', 'plan'])),
    }),
    z.object({
      topic: z.literal('step'),
      stepId: z.string(),
      status: z.optional(z.enum(['verified', 'unverified', 'failed'])),
      summary: z.optional(z.string()),
    }),
    z.object({
      topic: z.literal('advise'),
      /** Former versions wrote the words here; they stand beside the call that they are about. */
      advice: z.optional(z.string()),
      memories: z.optional(z.array(z.string())),
    }),
    z.object({ topic: z.literal('learn'), stored: z.optional(z.array(z.string())) }),
  ]),
});
export type AgentMessage = z.infer<typeof agentMessageSchema>;
