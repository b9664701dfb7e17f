import type { Lease, Ports } from '../ports.ts';
import { type Comparison, compareReplica } from './compare-replica.ts';
import type { MemoryReplica } from './memory-ports.ts';
import { sendChanges } from './replicate.ts';

export interface Migrated extends Comparison {
  readonly put: number;
  readonly removed: number;
  readonly equal: boolean;
}

type MigrationPorts = Pick<Ports, 'clock' | 'hash' | 'memory'>;

const lockPauseMs = 200;

/**
 * Sends everything once more to a server and compares counts and checksums. `onBatch` hears before each batch what was sent and
 * what waits; as long as its promise is open, nothing is sent. What was sent stays when it is cancelled.
 */
export async function migrateReplica(
  ports: MigrationPorts,
  replica: MemoryReplica,
  onBatch: (sent: number, waiting: number) => Promise<void>,
  signal: AbortSignal,
): Promise<Migrated> {
  const lock = await lockOf(ports, replica.key, signal);
  try {
    await ports.memory.store.advance(replica.key, 0);
    const sent = await sendChanges(ports, replica, onBatch, AbortSignal.any([signal, lock.lost]));
    const comparison = await compareReplica(ports, replica, signal);
    return { ...sent, ...comparison, equal: comparison.checksum === comparison.replicaChecksum };
  } finally {
    await lock.release();
    // Whoever found it locked has gone away without sending what is new.
    ports.memory.changed();
  }
}

/** Whoever fills the server just now is done soon. */
async function lockOf({ clock, memory }: MigrationPorts, key: string, signal: AbortSignal): Promise<Lease> {
  for (;;) {
    const lock = await memory.store.lock(key);
    if (lock) return lock;
    await clock.sleep(lockPauseMs, signal);
  }
}
