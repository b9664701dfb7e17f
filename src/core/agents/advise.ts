import type { MemoryRecord } from '../../protocol/memory.ts';
import { toMagusError } from '../errors/magus-error.ts';
import { forbiddenBy, wordsOfTrials } from '../memory/advise.ts';
import { failureLine, normaliseCommand } from '../memory/trials.ts';
import type { ToolResult } from '../tools/tool.ts';
import type { TaskRun } from './task-run.ts';

/** A call that is about to be made: what it does in words that fit the same call elsewhere. */
export interface PendingAction {
  readonly tool: string;
  /** What the call would do, whole: the command, or the tool and its files. */
  readonly words: string;
  readonly readsOnly: boolean;
}

export interface Advice {
  /** The user's own word against it: the call must not be made. */
  readonly forbidden?: MemoryRecord;
  /** What happened the last times; '' when nothing helpful is known. */
  readonly past: string;
}

const none: Advice = { past: '' };
const mostTrials = 10;
const mostFacts = 20;

/** What Knowledge says before a call is made. Memory that cannot be asked says nothing: it must not hold up the work. */
export async function adviseBefore(run: TaskRun, action: PendingAction, signal: AbortSignal): Promise<Advice> {
  if (action.readsOnly || !remembers(run)) return none;
  try {
    const { store } = run.ports.memory;
    const workspace = workspaceOf(run);
    const query = { text: `never ${action.words}`, kinds: ['fact'] as const, workspace, limit: mostFacts };
    const rankings = await store.search(query, signal);
    const facts = rankings.flatMap(({ records }) => records);
    const forbidden = forbiddenBy(facts, action.words, run.ports.clock.now());
    if (forbidden) return { forbidden, past: '' };
    if (action.tool !== 'run_command') return none;
    const asked = { action: normaliseCommand(action.words), failure: '', workspace, limit: mostTrials };
    return { past: wordsOfTrials(await store.trials(asked, signal)) };
  } catch (caught) {
    signal.throwIfAborted();
    run.queue({ type: 'warning', message: `Memory could not be asked: ${toMagusError(caught).message}` });
    return none;
  }
}

/** The result with what memory knows of this very failure, or of this very command, beside it. */
export async function withAdvice(
  run: TaskRun,
  result: ToolResult,
  past: string,
  signal: AbortSignal,
): Promise<ToolResult> {
  if (result.ok || !remembers(run)) return result;
  const words = (await knownFailure(run, result, signal)) || past;
  if (words === '') return result;
  sayAdvice(run, words);
  return { ...result, content: `${result.content}\n\n[memory] ${words}` };
}

async function knownFailure(run: TaskRun, { content }: ToolResult, signal: AbortSignal): Promise<string> {
  const failure = failureLine(content);
  if (failure === '') return '';
  try {
    const query = { action: '', failure, workspace: workspaceOf(run), limit: mostTrials };
    return wordsOfTrials(await run.ports.memory.store.trials(query, signal));
  } catch {
    signal.throwIfAborted();
    return '';
  }
}

function sayAdvice(run: TaskRun, advice: string): void {
  const id = `m${run.state.messages + 1}-${run.ports.hash.randomId().slice(0, 6)}`;
  run.queue({
    type: 'agent-message',
    message: { id, from: 'knowledge', to: 'executor', kind: 'reply', body: { topic: 'advise', advice } },
  });
}

function remembers({ state }: TaskRun): boolean {
  return state.start.memory && state.start.trusted;
}

function workspaceOf({ state }: TaskRun): string {
  return state.start.roots.join(':');
}
