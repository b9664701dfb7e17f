import { memoryKinds } from '../../protocol/memory.ts';
import type { PlanStep } from '../../protocol/plan.ts';
import type { MemoryHit, RuleText } from '../../protocol/task-event.ts';
import { toMagusError } from '../errors/magus-error.ts';
import { episodeOf } from '../memory/episode-of.ts';
import { recallMemories } from '../memory/recall-memories.ts';
import { remember } from '../memory/remember.ts';
import { mentionedPlaces, placesWritten, readRules } from './rule-files.ts';
import type { TaskRun } from './task-run.ts';
import { say } from './task-run.ts';

const mostHits = 5;
const mostTokens = 3000;

/** Recalls what fits this goal and reads the workspace's rule files. A memory that fails costs a warning, not the task. */
export async function recall(run: TaskRun, signal: AbortSignal): Promise<void> {
  const { start } = run.state;
  const request = await say(run, {
    from: 'coordinator',
    to: 'knowledge',
    kind: 'request',
    body: { topic: 'recall', goal: start.goal.slice(0, 2000) },
  });
  const rules = await rulesOfTask(run);
  const hits = start.memory ? await recallForGoal(run, signal) : [];
  await say(run, {
    from: 'knowledge',
    to: 'coordinator',
    kind: 'reply',
    inReplyTo: request,
    body: { topic: 'recall', hits: hits.map(({ id }) => id) },
  });
  await run.emit({ type: 'memory-recalled', hits, rules });
}

/** Remembers what happened as one episode. */
export async function learn(run: TaskRun, signal: AbortSignal): Promise<void> {
  const { state } = run;
  const request = await say(run, { from: 'coordinator', to: 'knowledge', kind: 'request', body: { topic: 'learn' } });
  const stored: string[] = [];
  try {
    const episode = episodeOf(run.ports, state);
    await remember(run.ports, [episode], signal);
    stored.push(episode.id);
  } catch (caught) {
    signal.throwIfAborted();
    await run.emit({ type: 'warning', message: `The episode was not remembered: ${toMagusError(caught).message}` });
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

async function recallForGoal(run: TaskRun, signal: AbortSignal): Promise<readonly MemoryHit[]> {
  const { goal, roots } = run.state.start;
  const request = {
    text: goal.slice(0, 4000),
    kinds: memoryKinds,
    workspace: roots.join(':'),
    roots,
    limit: mostHits,
    tokens: mostTokens,
  };
  try {
    const { hits, warnings } = await recallMemories(run.ports, request, signal);
    for (const message of warnings) await run.emit({ type: 'warning', message });
    return hits;
  } catch (caught) {
    signal.throwIfAborted();
    await run.emit({ type: 'warning', message: `Memory could not be asked: ${toMagusError(caught).message}` });
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
