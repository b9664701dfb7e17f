import type { VNode } from 'preact';
import type { MemoryKind } from '../../protocol/memory.ts';
import { IconButton } from '../icon.tsx';
import { kindFaces, kinds } from './kinds.ts';
import { listed, look, send, setLook, surroundings } from './panel-state.ts';

/** Words, kind and folders of what is looked for, and what can be done with all that was found. */
export function SearchBar(): VNode {
  const { text, everywhere } = look.value;
  return (
    <search class="search-bar">
      <input
        type="search"
        aria-label="Search memories"
        placeholder="Search memories"
        value={text}
        onInput={({ currentTarget }) => setLook({ text: currentTarget.value })}
      />
      <div class="row">
        <fieldset class="choices">
          <legend class="for-screen-readers">Kind</legend>
          <KindButton kind={null} words="All" />
          {kinds.map((kind) => (
            <KindButton key={kind} kind={kind} words={kindFaces[kind].many} />
          ))}
        </fieldset>
        <label class="check">
          <input
            type="checkbox"
            checked={everywhere}
            onChange={({ currentTarget }) => setLook({ everywhere: currentTarget.checked })}
          />
          All folders
        </label>
        <span class="actions">
          <Actions />
        </span>
      </div>
    </search>
  );
}

function KindButton({ kind, words }: { readonly kind: MemoryKind | null; readonly words: string }): VNode {
  return (
    <button type="button" aria-pressed={look.value.kind === kind} onClick={() => setLook({ kind })}>
      {words}
    </button>
  );
}

function Actions(): VNode {
  const { text } = look.value;
  const found = text.trim() === '' ? [] : (listed.value?.entries ?? []);
  const restricted = surroundings.value?.trusted !== true;
  return (
    <>
      {found.length > 1 ? (
        <button
          type="button"
          disabled={restricted}
          onClick={() => send({ type: 'forget', choice: { ids: found.map(({ record }) => record.id) } })}
        >
          Forget these {found.length}…
        </button>
      ) : null}
      <IconButton icon="export" label="Export…" onClick={() => send({ type: 'transfer', way: 'export' })} />
      <IconButton
        icon="import"
        label="Import…"
        disabled={restricted}
        onClick={() => send({ type: 'transfer', way: 'import' })}
      />
      <IconButton
        icon="migrate"
        label="Migrate to the configured servers"
        disabled={restricted}
        onClick={() => send({ type: 'migrate', act: 'start' })}
      />
      <IconButton icon="trash" label="Forget…" disabled={restricted} onClick={() => send({ type: 'forget' })} />
    </>
  );
}
