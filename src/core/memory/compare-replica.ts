import type { MemoryKind, MemoryRecord } from '../../protocol/memory.ts';
import type { Ports } from '../ports.ts';
import type { MemoryKeeper, MemoryReplica } from './memory-ports.ts';
import { toFields } from './record-fields.ts';

export interface Comparison {
  readonly count: number;
  readonly checksum: string;
  readonly replicaCount: number;
  readonly replicaChecksum: string;
}

const pageSize = 500;

/** The records here and at a server, as counts and checksums; what others keep there in a team's name is left out. */
export async function compareReplica(
  { memory, hash }: Pick<Ports, 'memory' | 'hash'>,
  replica: MemoryReplica,
  signal: AbortSignal,
): Promise<Comparison> {
  const own = await readAll(memory.store, replica.kind, signal);
  const ids = new Set(own.map(({ id }) => id));
  const theirs = (await readAll(replica, replica.kind, signal)).filter(
    ({ id, namespace }) => namespace === memory.namespace || ids.has(id),
  );
  const checksum = (records: readonly MemoryRecord[]): string =>
    hash.sha256(records.map((record) => JSON.stringify(Object.entries(toFields(record)).sort())).join('\n'));
  return {
    count: own.length,
    checksum: checksum(own),
    replicaCount: theirs.length,
    replicaChecksum: checksum(theirs),
  };
}

async function readAll(keeper: MemoryKeeper, kind: MemoryKind, signal: AbortSignal): Promise<readonly MemoryRecord[]> {
  const records: MemoryRecord[] = [];
  for (;;) {
    const page = await keeper.scan({ kinds: [kind], afterId: records.at(-1)?.id ?? '', limit: pageSize }, signal);
    records.push(...page);
    if (page.length < pageSize) return records;
  }
}
