import type { VNode } from 'preact';
import { remedyWords } from '../../protocol/remedies.ts';
import { send } from './panel-state.ts';

/** What cannot be done before the workspace is trusted. */
export function Restricted({ words = 'memories can be looked at; nothing is remembered or changed.' }): VNode {
  return (
    <section class="card warning" aria-label="Restricted Mode">
      <p>Restricted Mode: {words}</p>
      <button type="button" onClick={() => send({ type: 'remedy', remedy: 'manage-trust' })}>
        {remedyWords['manage-trust']}
      </button>
    </section>
  );
}
