import * as z from 'zod/mini';
import type { ErrorKind } from './error-kinds.ts';
import { planSchema } from './plan.ts';
import { remedies } from './remedies.ts';
import type { LoggedEvent, TaskStatus } from './task-event.ts';
import { taskModes } from './task-start.ts';
import { mostAnswerCharacters, mostGoalCharacters, mostImageLabel } from './text-limits.ts';

/** Something the user pointed at with @. The host reads it when the task starts. */
export const mentionSchema = z.object({
  kind: z.enum(['file', 'folder', 'selection', 'problems', 'terminal']),
  label: z.string().check(z.maxLength(1000)),
  /** For the host: an address, with `#L3-L9` for a selection; the number of a terminal command. */
  place: z.string().check(z.maxLength(5000)),
});
export type Mention = z.infer<typeof mentionSchema>;

export const pastedImageSchema = z.object({
  label: z.string().check(z.maxLength(mostImageLabel)),
  dataUrl: z.string().check(z.maxLength(8_000_000), z.regex(/^data:image\/(?:png|jpeg|gif|webp);base64,/)),
});
export type PastedImage = z.infer<typeof pastedImageSchema>;

const id = z.string().check(z.maxLength(500));
const task = { taskId: id };
const call = { ...task, callId: id };

/** What the chat view asks of the extension host. */
export const viewRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('start'),
    goal: z.string().check(z.minLength(1), z.maxLength(mostGoalCharacters)),
    mode: z.enum(taskModes),
    mentions: z.array(mentionSchema).check(z.maxLength(50)),
    images: z.array(pastedImageSchema).check(z.maxLength(10)),
  }),
  z.object({ type: z.literal('open'), taskId: z.nullable(id) }),
  z.object({ type: z.literal('approve'), ...call, allowed: z.union([z.boolean(), z.enum(['task', 'always'])]) }),
  z.object({
    type: z.literal('resolve-plan'),
    ...task,
    plan: z.nullable(planSchema.check(z.refine((plan) => JSON.stringify(plan).length < 2_000_000))),
  }),
  z.object({ type: z.literal('answer'), ...call, text: z.string().check(z.maxLength(mostAnswerCharacters)) }),
  z.object({ type: z.literal('cancel'), ...task }),
  z.object({ type: z.literal('resume'), ...task }),
  z.object({ type: z.literal('review'), ...task }),
  z.object({ type: z.literal('undo'), ...task }),
  z.object({ type: z.literal('export'), ...task }),
  z.object({ type: z.literal('diff'), ...call, path: z.string().check(z.maxLength(5000)) }),
  z.object({ type: z.literal('show-result'), ...call }),
  z.object({ type: z.literal('mention'), turn: z.number(), query: z.string().check(z.maxLength(200)) }),
  z.object({ type: z.literal('search'), text: z.string().check(z.maxLength(1000)) }),
  z.object({ type: z.literal('open-link'), address: z.string().check(z.maxLength(8000), z.regex(/^https?:\/\//i)) }),
  z.object({ type: z.literal('remedy'), remedy: z.enum(remedies) }),
]);
export type ViewRequest = z.infer<typeof viewRequestSchema>;

export interface TaskEntry {
  readonly taskId: string;
  /** The beginning of the goal. */
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
  /** The open folders; empty: none is. */
  readonly roots: readonly string[];
}

export interface MentionCandidate extends Mention {
  readonly detail: string;
}

export type ViewDelta =
  | { readonly type: 'text'; readonly conversation: string; readonly text: string }
  /** The tail of what a command wrote since the last delta. */
  | { readonly type: 'output'; readonly callId: string; readonly text: string };

/** What the extension host tells the chat view. The snapshot replaces everything; events follow it without gaps in `seq`. */
export type ViewUpdate =
  | {
      readonly type: 'snapshot';
      readonly surroundings: ViewSurroundings;
      readonly taskId: string | null;
    }
  | { readonly type: 'surroundings'; readonly surroundings: ViewSurroundings }
  /** `replay`: they happened before the snapshot, so nobody needs to hear of them. */
  | {
      readonly type: 'events';
      readonly taskId: string;
      readonly events: readonly LoggedEvent[];
      readonly replay: boolean;
    }
  | { readonly type: 'live'; readonly taskId: string; readonly deltas: readonly ViewDelta[] }
  | { readonly type: 'mentions'; readonly turn: number; readonly candidates: readonly MentionCandidate[] }
  | { readonly type: 'found'; readonly text: string; readonly tasks: readonly TaskEntry[] }
  | { readonly type: 'failure'; readonly message: string; readonly kind: ErrorKind; readonly code?: string };
