import * as z from 'zod/mini';
import type { ConnectorsPicture } from './connectors.ts';
import type { ErrorKind } from './error-kinds.ts';
import { type MemoryRecord, memoryKinds } from './memory.ts';
import { memoryChoiceSchema } from './memory-choice.ts';
import { remedies } from './remedies.ts';
import type { StepStatus } from './task-event.ts';

/** What the explorer lists. */
export const lookSchema = z.object({
  /** null: all kinds. */
  kind: z.nullable(z.enum(memoryKinds)),
  text: z.string().check(z.maxLength(4000)),
  /** Of all folders, not only those that are open. */
  everywhere: z.boolean(),
});
export type Look = z.infer<typeof lookSchema>;

const memory = { id: z.string().check(z.maxLength(200)) };

const connector = { kind: z.enum(['mcp', 'api']), name: z.string().check(z.minLength(1), z.maxLength(300)) };

/** What the panel asks of the extension host. */
export const panelRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), look: lookSchema, id: z.nullable(memory.id) }),
  z.object({ type: z.literal('look'), look: lookSchema }),
  z.object({ type: z.literal('select'), id: z.nullable(memory.id) }),
  z.object({ type: z.literal('pin'), ...memory, pinned: z.boolean() }),
  /** Gives it to the team, when a person has said yes to that. */
  z.object({ type: z.literal('share'), ...memory }),
  z.object({ type: z.literal('review'), ...memory, accepted: z.boolean() }),
  z.object({
    type: z.literal('edit'),
    ...memory,
    title: z.string().check(z.maxLength(300)),
    text: z.string().check(z.maxLength(1_000_000)),
  }),
  /** Without a choice the person is asked which. */
  z.object({ type: z.literal('forget'), choice: z.optional(memoryChoiceSchema) }),
  z.object({
    type: z.literal('open-line'),
    path: z.string().check(z.minLength(1), z.maxLength(5000)),
    line: z.number().check(z.minimum(1)),
  }),
  z.object({ type: z.literal('transfer'), way: z.enum(['export', 'import']) }),
  z.object({ type: z.literal('migrate'), act: z.enum(['start', 'pause', 'go-on', 'cancel', 'dismiss']) }),
  z.object({ type: z.literal('connectors') }),
  z.object({ type: z.literal('connector'), act: z.enum(['test', 'cancel', 'distrust']), ...connector }),
  z.object({ type: z.literal('set-key'), secret: connector.name }),
  z.object({ type: z.literal('open-task'), taskId: memory.id }),
  z.object({ type: z.literal('remedy'), remedy: z.enum(remedies) }),
]);
export type PanelRequest = z.infer<typeof panelRequestSchema>;

export interface MemoryEntry {
  /** The text is its beginning. */
  readonly record: MemoryRecord;
  /** Of a search: how it was found, or why a task would not be told of it. */
  readonly why: string;
}

export interface MemoryDetail {
  readonly record: MemoryRecord;
  /** Tasks that were told of it. */
  readonly recollections: readonly {
    readonly taskId: string;
    readonly goal: string;
    readonly at: string;
    readonly why: string;
  }[];
  /** The name of the team that it can be given to; null: none, or it is the team's, or waits for review. */
  readonly shareWith: string | null;
  /** Memories that this one names: those it supersedes or is superseded by. */
  readonly related: readonly { readonly id: string; readonly title: string }[];
}

/** One server on the way to having everything. */
export interface ServerMigration {
  readonly name: string;
  readonly kind: MemoryRecord['kind'];
  /** `equal` and `differs`: what the checksums say at the end. */
  readonly state: 'waits' | 'runs' | 'equal' | 'differs' | 'failed';
  readonly sent: number;
  /** What has to be sent in all; 0: not counted yet. */
  readonly total: number;
  /** Counts and checksums, or what went wrong. */
  readonly words: string;
}
export interface MigrationPicture {
  readonly state: 'runs' | 'paused' | 'ended' | 'cancelled';
  readonly servers: readonly ServerMigration[];
}

export interface PlanPicture {
  readonly taskId: string;
  /** The beginning of it. */
  readonly goal: string;
  readonly status: 'none' | 'proposed' | 'accepted' | 'rejected';
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly after: readonly string[];
    readonly state: 'pending' | 'running' | StepStatus;
    /** How it ended; '' before. */
    readonly summary: string;
  }[];
}

export type PanelPage = 'memory' | 'plan' | 'connectors';

export interface PanelSurroundings {
  readonly trusted: boolean;
  readonly roots: readonly string[];
}

/** What the extension host tells the panel. */
export type PanelUpdate =
  | { readonly type: 'surroundings'; readonly surroundings: PanelSurroundings }
  | {
      readonly type: 'listed';
      readonly look: Look;
      readonly entries: readonly MemoryEntry[];
      /** There are more than those listed. */
      readonly more: boolean;
      /** What could not be asked. */
      readonly warnings: readonly string[];
    }
  /** null: there is no such memory any more. */
  | { readonly type: 'shown'; readonly id: string; readonly detail: MemoryDetail | null }
  /** null: none runs or has ended lately. */
  | { readonly type: 'migration'; readonly migration: MigrationPicture | null }
  /** null: there is no task yet. */
  | { readonly type: 'plan'; readonly plan: PlanPicture | null }
  | { readonly type: 'connectors'; readonly connectors: ConnectorsPicture }
  /** The host wants this to be looked at. */
  | { readonly type: 'go'; readonly page: PanelPage; readonly id?: string }
  | { readonly type: 'failure'; readonly message: string; readonly kind: ErrorKind; readonly code?: string };
