import type { Effect } from '../../protocol/effects.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import type { MemoryAdvice } from '../../protocol/task-event.ts';
import { toMagusError } from '../errors/magus-error.ts';
import { forbiddenBy, foreseenCall } from '../memory/forbidden.ts';
import type { TrialFound } from '../memory/memory-ports.ts';
import { beforeCommand, besideSuccess, besideTimeout, pastFailures } from '../memory/past-of-command.ts';
import { failureLine, normaliseCommand } from '../memory/trials.ts';
import type { ToolResult } from '../tools/tool.ts';
import type { TaskRun } from './task-run.ts';

/** A call that is about to be made. */
export interface PendingAction {
  readonly tool: string;
  readonly effects: readonly Effect[];
  /** Of run_command. */
  readonly command?: string | undefined;
}

export interface Advice {
  /** The user's own word against it: the call must not be made. */
  readonly forbidden?: MemoryRecord | undefined;
  /** What is known of this very command, the newest first. */
  readonly past: readonly TrialFound[];
  /** Of that, what is worth saying before it runs. */
  readonly before?: MemoryAdvice | undefined;
}

const none: Advice = { past: [] };
const mostTrials = 20;

/** What Knowledge says before a call is made. Memory that cannot be asked says nothing: it must not hold up the work. */
export async function adviseBefore(run: TaskRun, action: PendingAction, signal: AbortSignal): Promise<Advice> {
  if (!run.state.start.memory) return none;
  try {
    const foreseen = foreseenCall(action.tool, action.effects);
    const [facts, past] = await Promise.all([forbiddingFacts(run, foreseen.readsOnly), pastOf(run, action, signal)]);
    return { forbidden: forbiddenBy(facts, foreseen, run.ports.clock.now()), past, before: beforeCommand(past) };
  } catch (caught) {
    signal.throwIfAborted();
    run.queue({ type: 'warning', message: `Memory could not be asked: ${toMagusError(caught).message}` });
    return none;
  }
}

/** As of the last call that acted, for one that only reads: the journal may be busy writing, and a read waits for no disk. */
const lastForbidding = new WeakMap<TaskRun, readonly MemoryRecord[]>();

async function forbiddingFacts(run: TaskRun, readsOnly: boolean): Promise<readonly MemoryRecord[]> {
  const known = readsOnly ? lastForbidding.get(run) : undefined;
  if (known) return known;
  const facts = await run.ports.memory.store.forbidding(workspaceOf(run));
  lastForbidding.set(run, facts);
  return facts;
}

async function pastOf(run: TaskRun, { command }: PendingAction, signal: AbortSignal): Promise<readonly TrialFound[]> {
  if (command === undefined || !remembers(run)) return [];
  const asked = { action: normaliseCommand(command), failure: '', workspace: workspaceOf(run), limit: mostTrials };
  return run.ports.memory.store.trials(asked, signal);
}

/** The result with what memory knows of this very failure, or of this very command, beside it. */
export async function withAdvice(
  run: TaskRun,
  result: ToolResult,
  past: readonly TrialFound[],
  signal: AbortSignal,
): Promise<ToolResult> {
  if (!remembers(run)) return result;
  const advice = result.ok ? besideWorking(result, past) : await besideFailing(run, result, past, signal);
  if (!advice) return result;
  sayAdvice(run, advice);
  return { ...result, advice };
}

/** A command in the background has no exit code yet. */
function besideWorking({ exitCode }: ToolResult, past: readonly TrialFound[]): MemoryAdvice | undefined {
  return exitCode === undefined ? beforeCommand(past) : besideSuccess(past);
}

async function besideFailing(
  run: TaskRun,
  { content, error }: ToolResult,
  past: readonly TrialFound[],
  signal: AbortSignal,
): Promise<MemoryAdvice | undefined> {
  const slow = error?.code === 'TIMEOUT' ? besideTimeout(past) : undefined;
  return slow ?? pastFailures(await knownFailures(run, content, signal)) ?? pastFailures(past);
}

async function knownFailures(run: TaskRun, content: string, signal: AbortSignal): Promise<readonly TrialFound[]> {
  const failure = failureLine(content);
  if (failure === '') return [];
  try {
    const query = { action: '', failure, workspace: workspaceOf(run), limit: mostTrials };
    return await run.ports.memory.store.trials(query, signal);
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

function sayAdvice(run: TaskRun, { memories }: MemoryAdvice): void {
  const id = `m${run.state.messages + 1}-${run.ports.hash.randomId().slice(0, 6)}`;
  run.queue({
    type: 'agent-message',
    message: {
      id,
      from: 'knowledge',
      to: 'executor',
      kind: 'reply',
      body: { topic: 'advise', memories: [...memories] },
    },
  });
}

function remembers({ state }: TaskRun): boolean {
  return state.start.memory && state.start.trusted;
}

function workspaceOf({ state }: TaskRun): string {
  return state.start.roots.join(':');
}
