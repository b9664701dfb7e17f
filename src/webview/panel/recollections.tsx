import type { VNode } from 'preact';
import type { MemoryDetail } from '../../protocol/panel.ts';
import { listed, send } from './panel-state.ts';

interface RecollectionsProperties extends Pick<MemoryDetail, 'recollections'> {
  readonly id: string;
}

/** Why it was found just now, and which tasks were told of it and why. */
export function Recollections({ recollections, id }: RecollectionsProperties): VNode {
  const why = listed.value?.entries.find(({ record }) => record.id === id)?.why ?? '';
  return (
    <>
      <h3>Why was this recalled?</h3>
      {why === '' ? null : <p>By this search: {why}.</p>}
      {recollections.length === 0 ? (
        <p class="quiet">None of the latest tasks was told of it when it began.</p>
      ) : (
        <ul class="recollections">
          {recollections.map(({ taskId, goal, at, why: reason }) => (
            <li key={`${taskId} ${at}`}>
              <button type="button" class="link" onClick={() => send({ type: 'open-task', taskId })}>
                {goal}
              </button>
              <div class="quiet">
                {at.slice(0, 10)} · {reason}
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
