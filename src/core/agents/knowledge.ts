import type { PlanStep } from '../../protocol/plan.ts';
import type { RuleText } from '../../protocol/task-event.ts';
import { toMagusError } from '../errors/magus-error.ts';
import { mentionedPlaces, placesWritten, readRules } from './rule-files.ts';
import type { TaskRun } from './task-run.ts';
import { say } from './task-run.ts';

const mostHits = 5;

/** Recalls episodes like this goal and reads the workspace's rule files. A memory that fails costs a warning, not the task. */
export async function recall(run: TaskRun, signal: AbortSignal): Promise<void> {
  const { start } = run.state;
  const request = await say(run, {
    from: 'coordinator',
    to: 'knowledge',
    kind: 'request',
    body: { topic: 'recall', goal: start.goal.slice(0, 2000) },
  });
  const rules = await rulesOfTask(run);
  const query = { text: start.goal.slice(0, 4000), workspace: start.roots.join(':'), limit: mostHits };
  const hits = start.memory
    ? await run.ports.episodes.recall(query, signal).catch(async (caught: unknown) => {
        signal.throwIfAborted();
        await run.emit({ type: 'warning', message: `Memory could not be asked: ${toMagusError(caught).message}` });
        return [];
      })
    : [];
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
export async function learn(run: TaskRun): Promise<void> {
  const { state } = run;
  const request = await say(run, { from: 'coordinator', to: 'knowledge', kind: 'request', body: { topic: 'learn' } });
  const id = `ep-${state.taskId}`;
  const stored: string[] = [];
  try {
    await run.ports.episodes.remember({
      id,
      taskId: state.taskId,
      workspace: state.start.roots.join(':'),
      at: new Date(run.ports.clock.now()).toISOString(),
      title: state.start.goal.slice(0, 300),
      text: episodeText(run),
      outcome: outcomeOf(run),
    });
    stored.push(id);
  } catch (caught) {
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

function outcomeOf({ state }: TaskRun): 'verified' | 'unverified' | 'failed' {
  const steps = [...state.steps.values()];
  if (steps.some(({ status }) => status === 'failed')) return 'failed';
  return steps.length > 0 && steps.every(({ status }) => status === 'verified') ? 'verified' : 'unverified';
}

function episodeText({ state }: TaskRun): string {
  const files = [...new Set(state.changes.map(({ path }) => path))];
  const failures = [...state.calls.values()].flatMap((call) =>
    call.ended?.error ? [`${call.name}: ${call.ended.error.message.slice(0, 300)}`] : [],
  );
  return [
    state.start.goal.slice(0, 4000),
    ...[...state.steps.values()].map(({ step, status, summary }) => `${step.title} (${status}): ${summary}`),
    state.answer ?? '',
    files.length > 0 ? `Files: ${files.join(', ')}` : '',
    failures.length > 0 ? `Failures met: ${failures.slice(0, 10).join('; ')}` : '',
  ]
    .filter(Boolean)
    .join('\n');
}
