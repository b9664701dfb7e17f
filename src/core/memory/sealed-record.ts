import type { MemoryRecord } from '../../protocol/memory.ts';
import { fromFields, toFields } from './record-fields.ts';
import type { Seal } from './seal.ts';

/** A record as a server keeps it that must not be able to read it. */
export function sealRecord(seal: Seal, record: MemoryRecord): string {
  return seal.close(JSON.stringify(toFields(record)), placeOf(record));
}

/** undefined where another key sealed it: it belongs to somebody who does not share it. */
export function openRecord(
  seal: Seal,
  row: { readonly namespace: string; readonly id: string; readonly sealed: string },
): MemoryRecord | undefined {
  const fields = seal.open(row.sealed, placeOf(row));
  return fields === undefined ? undefined : fromFields(JSON.parse(fields) as Record<string, unknown>);
}

function placeOf({ namespace, id }: { readonly namespace: string; readonly id: string }): string {
  return `${namespace}/${id}`;
}
