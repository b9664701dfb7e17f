import type { VNode } from 'preact';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { Icon } from '../icon.tsx';
import { send } from './panel-state.ts';

/** Lines of files that open in the editor. */
export function Citations({ cites }: Pick<MemoryRecord, 'cites'>): VNode | null {
  if (cites.length === 0) return null;
  return (
    <ul class="citations" aria-label="Citations">
      {cites.map(({ path, line }, index) => (
        <li key={index}>
          <Icon name="file" />{' '}
          <button type="button" class="link" onClick={() => send({ type: 'open-line', path, line })}>
            {path}:{line}
          </button>
        </li>
      ))}
    </ul>
  );
}
