import * as z from 'zod/mini';
import { planSchema } from './plan.ts';
import type { LoggedEvent, TaskStatus } from './task-event.ts';
import { taskModes } from './task-start.ts';

/** What the chat view asks of the extension host. */
export const viewRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('start'),
    goal: z.string().check(z.minLength(1), z.maxLength(200_000)),
    mode: z.enum(taskModes),
  }),
  z.object({ type: z.literal('open'), taskId: z.nullable(z.string()) }),
  z.object({ type: z.literal('approve'), taskId: z.string(), callId: z.string(), allowed: z.boolean() }),
  z.object({ type: z.literal('resolve-plan'), taskId: z.string(), plan: z.nullable(planSchema) }),
  z.object({
    type: z.literal('answer'),
    taskId: z.string(),
    callId: z.string(),
    text: z.string().check(z.maxLength(200_000)),
  }),
  z.object({ type: z.literal('cancel'), taskId: z.string() }),
  z.object({ type: z.literal('resume'), taskId: z.string() }),
  z.object({ type: z.literal('review'), taskId: z.string() }),
  z.object({ type: z.literal('configure') }),
  z.object({ type: z.literal('set-key') }),
  z.object({ type: z.literal('show-log') }),
]);
export type ViewRequest = z.infer<typeof viewRequestSchema>;

export interface TaskEntry {
  readonly taskId: string;
  readonly goal: string;
  readonly createdAt: string;
  readonly status?: TaskStatus;
  /** Runs in this window: it can be cancelled and its questions answered here. */
  readonly running: boolean;
}

export interface ViewSurroundings {
  readonly tasks: readonly TaskEntry[];
  /** Name of the model; absent: none is configured. */
  readonly model?: string;
  readonly trusted: boolean;
  readonly folderOpen: boolean;
}

export type ViewDelta =
  | { readonly type: 'text'; readonly conversation: string; readonly text: string }
  | { readonly type: 'output'; readonly callId: string; readonly text: string };

/** What the extension host tells the chat view. The snapshot replaces everything; events follow it without gaps in `seq`. */
export type ViewUpdate =
  | {
      readonly type: 'snapshot';
      readonly surroundings: ViewSurroundings;
      readonly taskId: string | null;
      readonly events: readonly LoggedEvent[];
    }
  | { readonly type: 'surroundings'; readonly surroundings: ViewSurroundings }
  | { readonly type: 'event'; readonly event: LoggedEvent }
  | { readonly type: 'live'; readonly taskId: string; readonly delta: ViewDelta }
  | { readonly type: 'failure'; readonly message: string };
