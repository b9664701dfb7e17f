import { MagusError } from '../../core/errors/magus-error.ts';
import type { MemoryReplica } from '../../core/memory/memory-ports.ts';
import { migrateReplica } from '../../core/memory/migrate-replica.ts';
import type { Ports } from '../../core/ports.ts';
import { exitCodes } from '../report.ts';
import { withPorts } from '../with-ports.ts';

/** `openmagus memory replay`: everything once more to each configured server, then a comparison of checksums. */
export async function replayMemories(): Promise<number> {
  const equal = await withPorts(async (ports) => {
    const replicas = await ports.memory.replicas();
    if (replicas.length === 0)
      throw new MagusError(
        'configuration',
        'No server is configured. Name Redis, Chroma or Neo4j in memory.json in the data folder (openmagus doctor says where it is).',
      );
    const { signal } = new AbortController();
    const results: boolean[] = [];
    for (const replica of replicas) results.push(await replay(ports, replica, signal));
    return results.every(Boolean);
  });
  return equal ? exitCodes.done : exitCodes.failed;
}

async function replay(ports: Ports, replica: MemoryReplica, signal: AbortSignal): Promise<boolean> {
  for (const warning of await replica.warnings(signal)) process.stderr.write(`openmagus: ${warning}\n`);
  const migrated = await migrateReplica(ports, replica, async () => {}, signal);
  const { put, removed, equal, count, checksum, replicaCount, replicaChecksum } = migrated;
  process.stdout.write(
    `${replica.name}: ${put} sent, ${removed} removed; ${replicaCount} of ${count} there, checksum ${replicaChecksum.slice(0, 16)} ${equal ? 'equal' : `differs from ${checksum.slice(0, 16)}: replay again, or look at the server`}\n`,
  );
  return equal;
}
