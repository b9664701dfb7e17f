import * as z from 'zod/mini';
import { mostGoalCharacters } from './text-limits.ts';

export const taskModes = ['auto', 'ask', 'plan', 'act'] as const;
export const approvalModes = ['ask', 'deny', 'edits', 'auto'] as const;

export const limitsSchema = z.object({
  maxTurns: z._default(z.number().check(z.minimum(1)), 100),
  maxUsd: z.optional(z.number().check(z.positive())),
  timeoutS: z.optional(z.number().check(z.positive())),
  maxTokens: z.optional(z.number().check(z.positive())),
});

/** One thing the user pointed at: a file, folder, selection, problem list, terminal output or image. */
export const contextItemSchema = z.object({
  kind: z.enum(['file', 'folder', 'selection', 'problems', 'terminal', 'image']),
  label: z.string().check(z.maxLength(1000)),
  text: z._default(z.string().check(z.maxLength(400_000)), ''),
  /** Images only: data URL. */
  dataUrl: z.optional(z.string().check(z.maxLength(8_000_000))),
});

/** The one way in: chat view, palette, code action, command line and API all send this. */
export const taskStartSchema = z.object({
  goal: z.string().check(z.minLength(1), z.maxLength(mostGoalCharacters)),
  mode: z._default(z.enum(taskModes), 'auto'),
  approve: z._default(z.enum(approvalModes), 'ask'),
  roots: z.array(z.string()),
  trusted: z._default(z.boolean(), true),
  memory: z._default(z.boolean(), true),
  /** Whether a model is asked, when the task is over, what is to be learned from it. */
  lessons: z._default(z.boolean(), true),
  limits: limitsSchema,
  context: z._default(z.array(contextItemSchema), []),
});
export type TaskStart = z.infer<typeof taskStartSchema>;
export type TaskLimits = z.infer<typeof limitsSchema>;
export type ContextItem = z.infer<typeof contextItemSchema>;
export type TaskMode = TaskStart['mode'];
export type ApprovalMode = TaskStart['approve'];
