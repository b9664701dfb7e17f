import type { VNode } from 'preact';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { Icon } from '../icon.tsx';

/** What was tried in an episode, how it went, and what cured it. */
export function Trials({ trials }: Pick<MemoryRecord, 'trials'>): VNode | null {
  if (trials.length === 0) return null;
  return (
    <>
      <h3>Tried</h3>
      <ul class="trials">
        {trials.map(({ action, ok, failure, cure }, index) => (
          <li key={index}>
            <span class={ok ? 'state verified' : 'state failed'}>
              <Icon name={ok ? 'check' : 'close'} />
            </span>{' '}
            <code>{action}</code> <span class="quiet">{ok ? 'worked' : `failed: ${failure}`}</span>
            {cure === '' ? null : <div>What worked then: {cure}</div>}
          </li>
        ))}
      </ul>
    </>
  );
}
