import type { ComponentChildren, VNode } from 'preact';
import type { MemoryRecord } from '../../protocol/memory.ts';
import type { MemoryEntry } from '../../protocol/panel.ts';
import { Icon } from '../icon.tsx';
import { kindFaces } from './kinds.ts';
import { select, selected } from './panel-state.ts';

interface RowProperties {
  readonly entry: MemoryEntry;
  /** Words under the title instead of kind and day. */
  readonly told?: string;
  readonly children?: ComponentChildren;
}

/** One memory as a line that opens it. */
export function MemoryRow({ entry, told, children }: RowProperties): VNode {
  const { record, why } = entry;
  return (
    <>
      <button
        type="button"
        id={`memory ${record.id}`}
        class="memory"
        aria-current={selected.value === record.id}
        onClick={() => select(record.id)}
      >
        <span class="quiet">
          <Icon name={kindFaces[record.kind].icon} />
        </span>
        <span class="title">{record.title || record.text.slice(0, 100)}</span>
        <span class="quiet told">
          {told ?? `${kindFaces[record.kind].one} · ${record.at.slice(0, 10)}`}
          {marksOf(record).map((mark) => ` · ${mark}`)}
        </span>
        {why === '' ? null : <span class="quiet told">Why: {why}</span>}
      </button>
      {children}
    </>
  );
}

export function marksOf({ pinned, review, validTo, workflow }: MemoryRecord): readonly string[] {
  return [
    pinned ? 'pinned' : '',
    review && !pinned ? 'waits for your review' : '',
    validTo === null ? '' : 'no longer holds',
    workflow?.status === 'retired' ? 'retired' : '',
    workflow?.status === 'candidate' ? 'not yet proven' : '',
  ].filter((mark) => mark !== '');
}
