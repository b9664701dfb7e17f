import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { nodeFileSystem } from '../../src/adapters/files/node-file-system.ts';
import { openJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import { systemClock, systemHash } from '../../src/adapters/system/system.ts';
import { composeMemory } from '../../src/compose-memory.ts';
import { compareReplica } from '../../src/core/memory/compare-replica.ts';
import type { Memory } from '../../src/core/memory/memory-ports.ts';
import type { Ports } from '../../src/core/ports.ts';
import { workerUrl } from '../integration/journal/journal-fixture.ts';

const { signal } = new AbortController();

/** A data folder with its `memory.json`, opened as the product opens it. */
export interface MemoryRig extends Pick<Ports, 'memory' | 'clock' | 'hash' | 'files' | 'secrets'> {
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export async function openMemoryRig(home: string, secrets: Readonly<Record<string, string>>): Promise<MemoryRig> {
  const warnings: string[] = [];
  const onWarning = (text: string) => warnings.push(text);
  const journal = await openJournal({ file: join(home, 'openmagus.db'), workerUrl, onWarning });
  const secretOf = async (name: string) => secrets[name];
  const composed = composeMemory({ home, store: journal.memory, clock: systemClock, secretOf, onWarning });
  return {
    memory: composed.memory,
    warnings,
    clock: systemClock,
    hash: systemHash,
    files: nodeFileSystem(systemHash),
    secrets: () => [],
    close: async () => {
      await composed.close();
      await journal.close();
    },
  };
}

/** Waits until every server has everything, however often it must be tried. */
export async function settled({ memory, warnings }: { readonly memory: Memory; readonly warnings: readonly string[] }) {
  for (let tries = 0; (await memory.settle(20_000)).length > 0; tries += 1) {
    assert.ok(tries < 60, warnings.join('\n'));
    await wait(500);
  }
}

/** Nothing is missing, nothing is there twice, nothing differs. */
export async function assertReplicasEqual(rig: Pick<MemoryRig, 'memory' | 'hash'>): Promise<void> {
  for (const replica of await rig.memory.replicas()) {
    const { count, checksum, replicaCount, replicaChecksum } = await compareReplica(rig, replica, signal);
    assert.equal(replicaCount, count, replica.name);
    assert.equal(replicaChecksum, checksum, replica.name);
  }
}
