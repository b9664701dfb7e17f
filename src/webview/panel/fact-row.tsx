import type { VNode } from 'preact';
import type { MemoryEntry } from '../../protocol/panel.ts';
import { Citations } from './citations.tsx';
import { MemoryRow } from './memory-row.tsx';

/** A fact with the lines it rests on. */
export function FactRow({ entry }: { readonly entry: MemoryEntry }): VNode {
  const { at, source, cites } = entry.record;
  return (
    <MemoryRow entry={entry} told={`${at.slice(0, 10)} · from ${source}`}>
      <Citations cites={cites} />
    </MemoryRow>
  );
}
