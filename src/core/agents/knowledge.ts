import { type MemoryRecord, memoryKinds } from '../../protocol/memory.ts';
import type { PlanStep } from '../../protocol/plan.ts';
import type { MemoryHit, RuleText, TaskEvent } from '../../protocol/task-event.ts';
import { toMagusError } from '../errors/magus-error.ts';
import { episodeOf } from '../memory/episode-of.ts';
import { learnLessons } from '../memory/learn-lessons.ts';
import { learnProcedure } from '../memory/learn-procedure.ts';
import { type RecallRequest, recallMemories } from '../memory/recall-memories.ts';
import { remember } from '../memory/remember.ts';
import type { Ports } from '../ports.ts';
import type { TaskState } from '../task/state.ts';
import { filesForGoal } from './relevant-files.ts';
import { mentionedPlaces, placesWritten, readRules } from './rule-files.ts';
import type { TaskRun } from './task-run.ts';
import { say } from './task-run.ts';

const mostHits = 5;
const mostStepHits = 2;
const mostTokens = 3000;

/** Recalls what fits this goal, reads the workspace's rule files and names files that matter. A memory that fails costs a warning, not the task. */
export async function recall(run: TaskRun, signal: AbortSignal): Promise<void> {
  const { start } = run.state;
  const request = await say(run, {
    from: 'coordinator',
    to: 'knowledge',
    kind: 'request',
    body: { topic: 'recall', goal: start.goal.slice(0, 2000) },
  });
  const [rules, hits, files] = await Promise.all([
    rulesOfTask(run),
    start.memory ? recallForGoal(run, signal) : [],
    filesForGoal(run, signal),
  ]);
  await say(run, {
    from: 'knowledge',
    to: 'coordinator',
    kind: 'reply',
    inReplyTo: request,
    body: { topic: 'recall', hits: hits.map(({ id }) => id) },
  });
  await run.emit({ type: 'memory-recalled', hits, rules, ...(files.length > 0 ? { files } : {}) }, ...unread(rules));
}

function unread(rules: readonly RuleText[]): readonly TaskEvent[] {
  const paths = rules.filter(({ untrusted }) => untrusted).map(({ path }) => path);
  if (paths.length === 0) return [];
  const message = `${paths.join(', ')} came with the workspace and counts as text from outside. Once you have read it, trust it with "OpenMagus: Trust Rule Files", or with: openmagus policy --trust ${paths[0]}`;
  return [{ type: 'warning', message }];
}

/** Remembers what happened as one episode, and how it was done with its outcome. */
export async function learn(run: TaskRun, signal: AbortSignal): Promise<void> {
  const { state } = run;
  const request = await say(run, { from: 'coordinator', to: 'knowledge', kind: 'request', body: { topic: 'learn' } });
  const stored: string[] = [];
  try {
    const learned = [episodeOf(run.ports, state), ...(await learnProcedure(run.ports, state, signal))];
    // What text from outside had a part in is not told to later tasks until the user accepts it.
    const records = state.taint.integrity === 'untrusted' ? learned.map(waitingForReview) : learned;
    await remember(run.ports, records, signal);
    stored.push(...records.map(({ id }) => id));
  } catch (caught) {
    signal.throwIfAborted();
    await run.emit({ type: 'warning', message: `This task was not remembered: ${toMagusError(caught).message}` });
  }
  await say(run, {
    from: 'knowledge',
    to: 'coordinator',
    kind: 'reply',
    inReplyTo: request,
    body: { topic: 'learn', stored },
  });
  await run.emit({ type: 'memory-learned', stored });
}

/** A workflow that was known before keeps its standing: only its counts have changed. */
function waitingForReview(record: MemoryRecord): MemoryRecord {
  return record.kind === 'workflow' && (record.workflow?.runs ?? 0) > 1 ? record : { ...record, review: true };
}

/** What a model finds worth keeping, when the task has ended and its log is whole. Nobody waits for it, and it may fail. */
export function learnLater(ports: Ports, state: TaskState): void {
  const { memory, trusted, lessons } = state.start;
  if (memory && trusted && lessons && state.learned && state.ended)
    ports.memory.later(async (signal) => void (await learnLessons(ports, state, signal)));
}

function recallForGoal(run: TaskRun, signal: AbortSignal): Promise<readonly MemoryHit[]> {
  return ask(
    run,
    { text: run.state.start.goal.slice(0, 4000), kinds: memoryKinds, limit: mostHits, withPinned: true },
    signal,
  );
}

/** What fits this step beyond what was recalled for the whole task. */
export async function recallForStep(run: TaskRun, step: PlanStep, signal: AbortSignal): Promise<readonly MemoryHit[]> {
  const { start, recalled, steps } = run.state;
  if (!start.memory || !start.trusted || steps.size < 2) return [];
  const known = new Set(recalled?.hits.map(({ id }) => id));
  const text = `${step.title}\n${step.instructions}`.slice(0, 4000);
  const hits = await ask(run, { text, kinds: ['episode', 'fact'], limit: mostHits }, signal);
  return hits.filter(({ id }) => !known.has(id)).slice(0, mostStepHits);
}

async function ask(
  run: TaskRun,
  wanted: Pick<RecallRequest, 'text' | 'kinds' | 'limit' | 'withPinned'>,
  signal: AbortSignal,
): Promise<readonly MemoryHit[]> {
  const { roots } = run.state.start;
  try {
    const request = { ...wanted, workspace: roots.join(':'), roots, tokens: mostTokens };
    const { hits, warnings } = await recallMemories(run.ports, request, signal);
    for (const message of warnings) run.queue({ type: 'warning', message });
    return hits;
  } catch (caught) {
    signal.throwIfAborted();
    run.queue({ type: 'warning', message: `Memory could not be asked: ${toMagusError(caught).message}` });
    return [];
  }
}

/** The rules of the folders that a step is going to write to, beyond those recalled for the whole task. */
export async function rulesFor(run: TaskRun, step: PlanStep): Promise<readonly RuleText[]> {
  const { ports, roots } = run;
  const { start, recalled } = run.state;
  if (!start.trusted || step.writes.length === 0) return [];
  const places = await placesWritten(ports, roots, step.writes);
  return readRules(ports, roots, places, recalled?.rules ?? []);
}

async function rulesOfTask(run: TaskRun): Promise<readonly RuleText[]> {
  const { ports, roots } = run;
  const { context, trusted } = run.state.start;
  return trusted ? readRules(ports, roots, await mentionedPlaces(ports, roots, context)) : [];
}
