import type { MemoryRecord } from '../../protocol/memory.ts';
import type { Ports } from '../ports.ts';
import type { TaskState } from '../task/state.ts';
import { newRecord } from './remember.ts';
import { trialsOf } from './trials.ts';

/** What happened in a task, as one episode. A task that is resumed and ends again replaces it. */
export function episodeOf(ports: Pick<Ports, 'clock' | 'hash' | 'memory'>, state: TaskState): MemoryRecord {
  return newRecord(ports, 'episode', {
    id: `ep-${state.taskId}`,
    taskId: state.taskId,
    workspace: state.start.roots.join(':'),
    title: state.start.goal.split('\n', 1)[0]?.slice(0, 300) ?? '',
    text: episodeText(state),
    source: `task ${state.taskId}`,
    outcome: outcomeOf(state),
    trials: [...trialsOf(state)],
  });
}

/** How a task that is about to end stands. */
export function outcomeOf(state: TaskState): 'verified' | 'unverified' | 'failed' {
  const steps = [...state.steps.values()];
  if (steps.some(({ status }) => status === 'failed')) return 'failed';
  return steps.length > 0 && steps.every(({ status }) => status === 'verified') ? 'verified' : 'unverified';
}

function episodeText(state: TaskState): string {
  const files = [...new Set(state.changes.map(({ path }) => path))];
  const failures = trialsOf(state)
    .filter(({ ok }) => !ok)
    .map(({ action, failure, cure }) => `${action}: ${failure}${cure === '' ? '' : ` (then: ${cure})`}`);
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
