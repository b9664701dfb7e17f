import type { Decision, Effect } from '../protocol/effects.ts';
import type { PlanStep } from '../protocol/plan.ts';
import type { ResultChart } from '../protocol/result-chart.ts';
import type { StepStatus, TaskStatus, ToolFailure } from '../protocol/task-event.ts';

export interface ToolItem {
  readonly kind: 'tool';
  readonly callId: string;
  readonly name: string;
  readonly title: string;
  readonly arguments: string;
  readonly approval?: {
    readonly effects: readonly Effect[];
    readonly decision: Decision;
    /** Objects of effects that were not allowed before in this task. */
    readonly fresh: readonly string[];
    readonly allowed?: boolean;
    readonly by?: 'user' | 'rule';
    /** Milliseconds since the epoch: from then on the call itself took its time. */
    readonly resolvedAt?: number;
    /** What memory knows of this very command. */
    readonly advice?: string;
  };
  readonly ended?: {
    readonly ok: boolean;
    readonly content: string;
    readonly durationMs: number;
    readonly error?: ToolFailure;
    readonly exitCode?: number | null;
    readonly chart?: ResultChart;
    /** Data URLs. */
    readonly images?: readonly string[];
    /** Files that the call changed. */
    readonly paths: readonly string[];
    readonly advice?: string;
  };
}
export interface PlanItem {
  readonly kind: 'plan';
  readonly revision: number;
  /** The record of the remembered workflow it takes up. */
  readonly record?: string;
  readonly steps: readonly PlanStep[];
  readonly accepted?: boolean;
  readonly states: Readonly<Record<string, StepStatus | 'running'>>;
}
export interface QuestionItem {
  readonly kind: 'question';
  readonly callId: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer?: string;
}
export interface EndItem {
  readonly kind: 'end';
  readonly status: TaskStatus;
  readonly summary: string;
  readonly error?: ToolFailure;
  /** A question was answered; there was nothing to do and so nothing to check. */
  readonly answered: boolean;
}
export type ChatItem =
  | ToolItem
  | PlanItem
  | QuestionItem
  | EndItem
  | { readonly kind: 'goal'; readonly text: string; readonly context: readonly string[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string; readonly tone: 'quiet' | 'warning' }
  | { readonly kind: 'step'; readonly title: string; readonly status?: StepStatus; readonly summary?: string };
