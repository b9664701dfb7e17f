import type * as z from 'zod/mini';
import type { Effect, Label } from '../../protocol/effects.ts';
import type { ResultChart } from '../../protocol/result-chart.ts';
import type { FileChange, MemoryAdvice, TaskEvent, ToolFailure } from '../../protocol/task-event.ts';
import type { Ports } from '../ports.ts';
import type { Authorized } from '../security/authorized.ts';
import type { Taint } from '../security/policy.ts';

/** Where a call happens: the task's folders and what the task did so far. */
export interface ToolScope {
  readonly taskId: string;
  readonly callId: string;
  /** Real paths of the workspace folders; relative paths of the model start at the first. */
  readonly roots: readonly string[];
  /** sha256 of each file as the model last saw it, by real path; tools keep it up to date. */
  readonly seen: Map<string, string>;
  /** Of the context that the call came from; absent: nothing but the user and the trusted workspace. */
  readonly taint?: Taint;
  /** Changes of this task so far, oldest first. */
  changes(): readonly FileChange[];
  /** Puts an event on disk before the tool acts. */
  record(event: TaskEvent): Promise<void>;
}

export interface ToolResult {
  readonly ok: boolean;
  /** For the model. */
  readonly content: string;
  readonly error?: ToolFailure;
  /** Data URLs that the model is shown behind the content. */
  readonly images?: readonly string[];
  readonly changes?: readonly FileChange[];
  readonly exitCode?: number | null;
  /** Set by the loop, from what the call did. */
  readonly label?: Label;
  /** Set by the loop: what memory knows of this call. */
  readonly advice?: MemoryAdvice;
  /** Set by the loop: how long the tool itself took, without the wait for a person. */
  readonly durationMs?: number;
  /** For the person who watches. */
  readonly chart?: ResultChart;
}

/**
 * One tool. `effects` must name everything `run` will do, on canonical objects; it may read, never write.
 * `run` gets only what was authorized and throws MagusError (`tool-input`, `tool-failed`) with one next step in its message.
 */
export interface Tool<Input = unknown> {
  readonly name: string;
  /** Set on rarely used tools: a model is told their names by family, and the rest when it asks. */
  readonly family?: string;
  /** It only looks: the Planner has it as well, to answer questions and to plan. */
  readonly reads?: true;
  readonly description: string;
  readonly input: z.ZodMiniType<Input>;
  /** One line for a person, from parsed input: "Edit src/total.js". Must not throw. */
  describe(input: Input): string;
  effects(ports: Ports, scope: ToolScope, input: Input): Promise<readonly Effect[]>;
  run(ports: Ports, scope: ToolScope, input: Input, authorized: Authorized, signal: AbortSignal): Promise<ToolResult>;
}
