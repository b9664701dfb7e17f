import type { VNode } from 'preact';
import type { PanelUpdate } from '../../protocol/panel.ts';
import { FactRow } from './fact-row.tsx';
import { MemoryRow } from './memory-row.tsx';
import { listed, look, setLook } from './panel-state.ts';
import { TimeLine } from './time-line.tsx';
import { WorkflowRow } from './workflow-row.tsx';

type Listed = Extract<PanelUpdate, { type: 'listed' }>;

/** What was found, each kind in its own way when it is alone. */
export function MemoryList(): VNode {
  const found = listed.value;
  if (!found) return <p class="quiet">Loading…</p>;
  const { entries, more, warnings } = found;
  return (
    <section class="list scroll" aria-label="Memories">
      <p class="for-screen-readers" role="status">
        {entries.length === 1 ? '1 memory' : `${entries.length} memories`}
      </p>
      {warnings.map((warning) => (
        <p key={warning} class="card warning">
          {warning}
        </p>
      ))}
      {entries.length === 0 ? <Nothing /> : <Entries listed={found} />}
      {more ? <p class="quiet">These are the first {entries.length}. Search to find the others.</p> : null}
    </section>
  );
}

/** By what these were looked for: what is asked for now may not be here yet. */
function Entries({ listed: { entries, look: asked } }: { readonly listed: Listed }): VNode {
  const { kind, text } = asked;
  // A search has its own order: the best first.
  if (kind === 'episode' && text.trim() === '') return <TimeLine entries={entries} />;
  const Row = kind === 'fact' ? FactRow : kind === 'workflow' ? WorkflowRow : MemoryRow;
  return (
    <ul class="memories">
      {entries.map((entry) => (
        <li key={entry.record.id}>
          <Row entry={entry} />
        </li>
      ))}
    </ul>
  );
}

function Nothing(): VNode {
  const { kind, text, everywhere } = look.value;
  const searched = text.trim() !== '';
  return (
    <div class="nothing">
      <p>{searched ? 'Nothing is remembered about that.' : 'Nothing is remembered here yet.'}</p>
      {searched ? null : (
        <p class="quiet">
          When a task ends, what happened is kept as an episode, and what worked as a workflow. Facts come from tasks,
          from you, and from imports.
        </p>
      )}
      <div class="row">
        {everywhere ? null : (
          <button type="button" onClick={() => setLook({ everywhere: true })}>
            Look in all folders
          </button>
        )}
        {kind === null ? null : (
          <button type="button" onClick={() => setLook({ kind: null })}>
            Look for all kinds
          </button>
        )}
      </div>
    </div>
  );
}
