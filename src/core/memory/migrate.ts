import type { Ports } from '../ports.ts';
import { type Comparison, compareReplica } from './compare-replica.ts';
import type { MemoryReplica } from './memory-ports.ts';
import { fillReplica, type Sent } from './replicate.ts';

export interface Migration extends Comparison {
  readonly sent: Sent;
  readonly equal: boolean;
}

/**
 * Everything once more to one server, then a comparison. An abort pauses it: what was sent stays, and the rest follows in the
 * background or with the next migration.
 */
export async function migrate(
  ports: Pick<Ports, 'memory' | 'hash'>,
  replica: MemoryReplica,
  onSent: (sent: Sent, waiting: number) => void,
  signal: AbortSignal,
): Promise<Migration> {
  await ports.memory.store.advance(replica.key, 0);
  const sent = await fillReplica(ports, replica, signal, onSent);
  const comparison = await compareReplica(ports, replica, signal);
  return { ...comparison, sent, equal: comparison.checksum === comparison.replicaChecksum };
}
