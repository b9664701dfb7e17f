import type { AgentMessage } from './agent-message.ts';
import type { Decision, Effect, Label } from './effects.ts';
import type { ErrorKind } from './error-kinds.ts';
import type { Plan, PlanStep } from './plan.ts';
import type { PolicyRule } from './policy-rules.ts';
import type { ResultChart } from './result-chart.ts';
import type { TaskStart } from './task-start.ts';

export interface RecordedCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them: JSON text, unparsed. */
  readonly arguments: string;
}
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly usd?: number;
}
/** One request to a deployment that brought no whole answer. */
export interface FailedAttempt {
  /** Endpoint and model as configured. */
  readonly deployment: string;
  readonly group: string;
  readonly fault: string;
  readonly message: string;
  /** How long it was waited for before the request, and how long the request took. */
  readonly waitedMs: number;
  readonly durationMs: number;
  /** Text had been shown; the next attempt goes on from there. */
  readonly afterOutput: boolean;
  /** What it cost, as far as that can be known. */
  readonly usd?: number;
}
/** What a proxy did by itself before it answered. */
export interface ProxyAttempts {
  readonly retries: number;
  readonly fallbacks: number;
  /** Who answered in the end, as the proxy calls it. */
  readonly model: string;
}
/** One file that a call is about to change; null: not there. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Permission bits of a file that goes away, so that it can come back with them. */
  readonly mode?: number;
}
export interface MemoryHit {
  readonly id: string;
  readonly kind: 'episode' | 'fact' | 'workflow';
  readonly title: string;
  readonly text: string;
  readonly score: number;
  readonly why: string;
}
/** What memory knows of a call: data to weigh, beside the call and apart from its own output. */
export interface MemoryAdvice {
  readonly text: string;
  /** Ids of the memories that say so. */
  readonly memories: readonly string[];
}
export interface RuleText {
  readonly path: string;
  readonly text: string;
  /** It came with the workspace, and the user has not said that this very text is trusted. */
  readonly untrusted?: true;
}
/** A file that the index of the workspace names for the goal. */
export interface RelevantFile {
  /** Relative to the workspace folder; absolute where there are several. */
  readonly path: string;
  /** Words of the goal that it holds. */
  readonly why: string;
}
export interface ToolFailure {
  readonly kind: ErrorKind;
  readonly code?: string;
  readonly message: string;
}
export type StepStatus = 'verified' | 'unverified' | 'failed';
export type TaskStatus = StepStatus | 'limit-reached' | 'cancelled';
/** 'plan' or a step's id: whose conversation with the model an event belongs to. */
export type ConversationId = string;

/** Everything that can happen to a task. The log of these is the task: state is only ever a fold of it. */
export type TaskEvent =
  | { readonly type: 'task-created'; readonly start: TaskStart }
  | { readonly type: 'task-resumed'; readonly approve: TaskStart['approve']; readonly limits: TaskStart['limits'] }
  | { readonly type: 'agent-message'; readonly message: AgentMessage }
  | {
      readonly type: 'memory-recalled';
      readonly hits: readonly MemoryHit[];
      readonly rules: readonly RuleText[];
      readonly files?: readonly RelevantFile[];
    }
  | {
      readonly type: 'plan-proposed';
      readonly plan: Plan;
      readonly revision: number;
      /** The remembered workflow it takes up, with its record in words. */
      readonly basedOn?: { readonly id: string; readonly record: string };
    }
  | { readonly type: 'plan-resolved'; readonly accepted: boolean; readonly by: 'user' | 'rule'; readonly plan?: Plan }
  | { readonly type: 'plan-changed'; readonly added: readonly PlanStep[]; readonly removed: readonly string[] }
  /** `rules`: those of the folders that the step is going to write to, beyond the ones recalled for the whole task. */
  | {
      readonly type: 'step-started';
      readonly stepId: string;
      readonly rules?: readonly RuleText[];
      readonly hits?: readonly MemoryHit[];
    }
  | {
      readonly type: 'model-replied';
      readonly conversation: ConversationId;
      readonly text: string;
      readonly reasoning?: string;
      readonly calls: readonly RecordedCall[];
      readonly finish: 'stop' | 'tool-calls' | 'length' | 'cut';
      readonly model: string;
      readonly usage: Usage;
      readonly deployment?: string;
      readonly durationMs?: number;
      readonly proxied?: ProxyAttempts;
      /** Where the request did not continue the one before it, which loses a provider's prompt cache. */
      readonly prefixBroken?: string;
    }
  | {
      readonly type: 'model-attempt-failed';
      readonly conversation: ConversationId;
      readonly attempt: FailedAttempt;
    }
  | {
      readonly type: 'note-added';
      readonly conversation: ConversationId;
      readonly text: string;
      readonly by: 'harness' | 'user';
    }
  | {
      readonly type: 'context-compacted';
      readonly conversation: ConversationId;
      readonly droppedTurns: number;
      readonly digest: string;
      /** Answers of the turns so far are shown to the model up to this many characters. */
      readonly longestAnswer?: number;
    }
  /** The model takes none: those of the turns so far are no longer shown to it. */
  | { readonly type: 'images-left-out'; readonly conversation: ConversationId }
  | {
      readonly type: 'tool-call-started';
      readonly conversation: ConversationId;
      readonly callId: string;
      readonly name: string;
      readonly title: string;
    }
  | { readonly type: 'files-changing'; readonly callId: string; readonly changes: readonly FileChange[] }
  | {
      readonly type: 'command-started';
      readonly callId: string;
      readonly commandId: string;
      readonly command: string;
      readonly pid: number;
      readonly bornAt: string;
      readonly output: string;
    }
  | {
      readonly type: 'approval-requested';
      readonly callId: string;
      readonly title: string;
      readonly effects: readonly Effect[];
      readonly decision: Decision;
      readonly hash: string;
      readonly advice?: MemoryAdvice;
    }
  | {
      readonly type: 'approval-resolved';
      readonly callId: string;
      readonly allowed: boolean;
      readonly by: 'user' | 'rule';
      readonly hash: string;
      /** Allowed with it for the rest of the task. */
      readonly rules?: readonly PolicyRule[];
    }
  | {
      /** Of a call that nobody was asked about. */
      readonly type: 'call-decided';
      readonly callId: string;
      readonly effects: readonly Effect[];
      readonly decision: Decision;
      readonly allowed: boolean;
      readonly hash: string;
    }
  | {
      readonly type: 'question-asked';
      readonly callId: string;
      readonly question: string;
      readonly choices: readonly string[];
    }
  | {
      readonly type: 'tool-call-ended';
      readonly conversation: ConversationId;
      readonly callId: string;
      readonly ok: boolean;
      readonly content: string;
      readonly error?: ToolFailure;
      readonly durationMs: number;
      /** Data URLs, for the model. */
      readonly images?: readonly string[];
      readonly changes?: readonly FileChange[];
      readonly exitCode?: number | null;
      /** Absent: the answer comes from the trusted workspace. */
      readonly label?: Label;
      /** For the person who watches. */
      readonly chart?: ResultChart;
      readonly advice?: MemoryAdvice;
    }
  | {
      readonly type: 'step-ended';
      readonly stepId: string;
      readonly status: StepStatus;
      readonly summary: string;
      readonly evidence: string;
    }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'memory-learned'; readonly stored: readonly string[] }
  | {
      readonly type: 'task-ended';
      readonly status: TaskStatus;
      readonly summary: string;
      readonly usage: Usage;
      readonly error?: ToolFailure;
    };

export interface LoggedEvent {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly taskId: string;
  readonly event: TaskEvent;
}
