import type { VNode } from 'preact';
import { remediesOf, remedyWords } from '../../protocol/remedies.ts';
import { MemoryDetailView } from './memory-detail.tsx';
import { MemoryList } from './memory-list.tsx';
import { MigrationCard } from './migration-card.tsx';
import { failure, migration, selected, send, surroundings } from './panel-state.ts';
import { SearchBar } from './search-bar.tsx';

/** The memory explorer: what is looked for, what was found, and one memory beside it. */
export function PanelApp(): VNode {
  if (!surroundings.value) return <p class="quiet pad">Loading…</p>;
  return (
    <main class={selected.value === null ? 'explorer' : 'explorer choosing'}>
      <h1 class="for-screen-readers">Memory</h1>
      <SearchBar />
      <div role="alert">{failure.value ? <FailureCard /> : null}</div>
      {surroundings.value.trusted ? null : <Restricted />}
      {migration.value ? <MigrationCard migration={migration.value} /> : null}
      <div class="columns">
        <MemoryList />
        {selected.value === null ? null : <MemoryDetailView key={selected.value} />}
      </div>
    </main>
  );
}

function Restricted(): VNode {
  return (
    <section class="card warning" aria-label="Restricted Mode">
      <p>Restricted Mode: memories can be looked at; nothing is remembered or changed.</p>
      <button type="button" onClick={() => send({ type: 'remedy', remedy: 'manage-trust' })}>
        {remedyWords['manage-trust']}
      </button>
    </section>
  );
}

function FailureCard(): VNode | null {
  if (!failure.value) return null;
  const { message, kind, code } = failure.value;
  return (
    <section class="card failed" aria-label="Failure">
      <p>{message}</p>
      <div class="row">
        {remediesOf(kind, code)
          .filter((remedy) => remedy === 'manage-trust' || remedy === 'show-log')
          .map((remedy) => (
            <button key={remedy} type="button" onClick={() => send({ type: 'remedy', remedy })}>
              {remedyWords[remedy]}
            </button>
          ))}
        <button
          type="button"
          onClick={() => {
            failure.value = undefined;
          }}
        >
          Dismiss
        </button>
      </div>
    </section>
  );
}
