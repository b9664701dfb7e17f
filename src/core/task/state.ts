import type { PlanStep } from '../../protocol/plan.ts';
import type { PolicyRule } from '../../protocol/policy-rules.ts';
import type {
  ConversationId,
  FileChange,
  MemoryAdvice,
  MemoryHit,
  RecordedCall,
  RuleText,
  StepStatus,
  TaskEvent,
  TaskStatus,
  ToolFailure,
  Usage,
} from '../../protocol/task-event.ts';
import type { TaskStart } from '../../protocol/task-start.ts';
import type { Taint } from '../security/policy.ts';

export type Turn =
  | {
      readonly kind: 'reply';
      readonly text: string;
      readonly reasoning?: string;
      readonly calls: readonly RecordedCall[];
      readonly whole: boolean;
    }
  | { readonly kind: 'note'; readonly text: string };

export interface Conversation {
  readonly turns: Turn[];
  /** Turns at the front that were replaced by `digest`. */
  dropped: number;
  digest: string;
  /** Answers in the first `cutTurns` turns are shown up to `longestAnswer` characters. */
  longestAnswer: number;
  cutTurns: number;
  /** Images in the first so many turns are not shown. */
  imagelessTurns: number;
  replies: number;
  /** Turns before the last resumption: what went wrong in them is no longer counted. */
  former: number;
}

export interface CallState {
  readonly callId: string;
  readonly name: string;
  readonly conversation: ConversationId;
  /** A person was asked and has not answered: nothing of the call has happened yet. */
  waiting?: boolean;
  changing?: readonly FileChange[];
  command?: Extract<TaskEvent, { type: 'command-started' }>;
  ended?: {
    readonly ok: boolean;
    readonly content: string;
    readonly error?: ToolFailure;
    readonly images?: readonly string[];
    readonly advice?: MemoryAdvice;
    readonly durationMs: number;
  };
}

export interface StepState {
  readonly step: PlanStep;
  status: 'pending' | 'running' | StepStatus;
  summary: string;
  /** Of the folders it is going to write to. */
  rules: readonly RuleText[];
  /** What is remembered about it beyond what was recalled for the task. */
  hits: readonly MemoryHit[];
  /** Checks that failed since the last resumption. */
  failedChecks: number;
}

/** What the log says of a task. Only `applyEvent` changes it. */
export interface TaskState {
  readonly taskId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  start: TaskStart;
  recalled: Omit<Extract<TaskEvent, { type: 'memory-recalled' }>, 'type'> | undefined;
  /** The Planner's answer to a mere question. */
  answer: string | undefined;
  plan: { revision: number; status: 'proposed' | 'accepted' | 'rejected' } | undefined;
  /** In the order of the plan; ended steps of earlier revisions stay. */
  readonly steps: Map<string, StepState>;
  readonly conversations: Map<ConversationId, Conversation>;
  readonly calls: Map<string, CallState>;
  readonly changes: FileChange[];
  /** Hashes of the effects a person has allowed in this task. */
  readonly granted: Set<string>;
  /** What a person has allowed for all of this task. */
  readonly rules: PolicyRule[];
  /** Of everything that any conversation of the task has been shown. */
  taint: Taint;
  turns: number;
  messages: number;
  usage: Usage;
  /** What was used before the last resumption: limits count from there. */
  before: { readonly turns: number; readonly usage: Usage };
  learned: boolean;
  ended: { readonly status: TaskStatus; readonly summary: string; readonly error?: ToolFailure } | undefined;
}
