import type { VNode } from 'preact';
import type { PanelPage } from '../../protocol/panel.ts';
import { remediesOf, remedyWords } from '../../protocol/remedies.ts';
import { ConnectorsPage } from './connectors-page.tsx';
import { MemoryDetailView } from './memory-detail.tsx';
import { MemoryList } from './memory-list.tsx';
import { MigrationCard } from './migration-card.tsx';
import { failure, migration, page, selected, send, setPage, surroundings } from './panel-state.ts';
import { PlanPage } from './plan-page.tsx';
import { Restricted } from './restricted.tsx';
import { SearchBar } from './search-bar.tsx';

const pages = { memory: 'Memory', plan: 'Plan', connectors: 'Connectors' } as const satisfies Readonly<
  Record<PanelPage, string>
>;

/** Three pages: what is remembered, the plan of the current task, and what others run for it. */
export function PanelApp(): VNode {
  if (!surroundings.value) return <p class="quiet pad">Loading…</p>;
  return (
    <main class={selected.value === null ? 'explorer' : 'explorer choosing'}>
      <h1 class="for-screen-readers">{pages[page.value]}</h1>
      <nav class="choices pages" aria-label="Pages">
        {(Object.keys(pages) as PanelPage[]).map((name) => (
          <button
            key={name}
            type="button"
            aria-current={page.value === name ? 'page' : undefined}
            onClick={() => setPage(name)}
          >
            {pages[name]}
          </button>
        ))}
      </nav>
      <div role="alert">{failure.value ? <FailureCard /> : null}</div>
      {page.value === 'plan' ? <PlanPage /> : page.value === 'connectors' ? <ConnectorsPage /> : <MemoryPage />}
    </main>
  );
}

/** What is looked for, what was found, and one memory beside it. */
function MemoryPage(): VNode {
  return (
    <>
      <SearchBar />
      {surroundings.value?.trusted ? null : <Restricted />}
      {migration.value ? <MigrationCard migration={migration.value} /> : null}
      <div class="columns">
        <MemoryList />
        {selected.value === null ? null : <MemoryDetailView key={selected.value} />}
      </div>
    </>
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
            <button
              key={remedy}
              type="button"
              onClick={() => {
                restOnPages();
                send({ type: 'remedy', remedy });
              }}
            >
              {remedyWords[remedy]}
            </button>
          ))}
        <button
          type="button"
          onClick={() => {
            restOnPages();
            failure.value = undefined;
          }}
        >
          Dismiss
        </button>
      </div>
    </section>
  );
}

/** Where the focus goes when the failure with its buttons vanishes. */
function restOnPages(): void {
  document.querySelector<HTMLElement>('.pages [aria-current]')?.focus();
}
