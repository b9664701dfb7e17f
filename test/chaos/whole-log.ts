import assert from 'node:assert/strict';
import type { LoggedEvent } from '../../src/protocol/task-event.ts';
import { callsOfTheTask } from './careful-task.ts';

/** What must hold of the log of the careful task, however often its process was killed. */
export function assertWholeLog(log: readonly LoggedEvent[]): void {
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
    'seq has gaps',
  );
  const last = log.at(-1)?.event;
  assert.ok(last?.type === 'task-ended' && last.status === 'verified', `ends with ${JSON.stringify(last)}`);
  const started = countOf(log, 'tool-call-started');
  const ended = countOf(log, 'tool-call-ended');
  const repeated = [...started, ...ended].filter(([, count]) => count > 1).map(([id]) => id);
  assert.deepEqual(repeated, [], 'calls that were begun or ended more than once');
  assert.deepEqual([...started.keys()].sort(), [...ended.keys()].sort(), 'calls begun and calls ended');
  const asked = log.flatMap(({ event }) => (event.type === 'model-replied' ? event.calls.map(({ id }) => id) : []));
  assert.deepEqual(
    asked.filter((id) => !ended.has(id)),
    [],
    'calls of the model without an answer',
  );
  assert.ok(asked.length > callsOfTheTask, `${asked.length} calls`);
}

function countOf(log: readonly LoggedEvent[], type: 'tool-call-started' | 'tool-call-ended'): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { event } of log) if (event.type === type) counts.set(event.callId, (counts.get(event.callId) ?? 0) + 1);
  return counts;
}
