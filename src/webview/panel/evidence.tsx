import type { VNode } from 'preact';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { send } from './panel-state.ts';

/** Words of a task's log that a lesson rests on. */
export function Evidence({ evidence }: Pick<MemoryRecord, 'evidence'>): VNode | null {
  if (evidence.length === 0) return null;
  return (
    <>
      <h3>Evidence</h3>
      <ul aria-label="Evidence">
        {evidence.map(({ taskId, seq, quote }) => (
          <li key={seq}>
            <q>{quote}</q>{' '}
            <button type="button" class="link" onClick={() => send({ type: 'open-task', taskId })}>
              entry {seq} of the task’s log
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
