import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { nodeFileSystem } from '../../src/adapters/files/node-file-system.ts';
import { openJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import { systemClock, systemHash } from '../../src/adapters/system/system.ts';
import { composeMemory } from '../../src/compose-memory.ts';
import { compareReplica } from '../../src/core/memory/compare-replica.ts';
import { recallMemories } from '../../src/core/memory/recall-memories.ts';
import { remember } from '../../src/core/memory/remember.ts';
import { fillReplica } from '../../src/core/memory/replicate.ts';
import { type MemoryKind, memoryKinds } from '../../src/protocol/memory.ts';
import { memoryRecord, workflowRecord } from '../contract/memory-keeper.ts';
import { workerUrl } from '../integration/journal/journal-fixture.ts';
import { startChroma } from '../services/chroma.ts';
import { startNeo4j } from '../services/neo4j.ts';
import { startRedis } from '../services/redis.ts';

// The embedded store and the three servers over the same records: filling, searching, filling again, hanging.
const { values } = parseArgs({ options: { records: { type: 'string', default: '3000' } } });
const count = Number(values.records);
const { signal } = new AbortController();
const questions = 100;
const redis = await startRedis();
const chroma = await startChroma();
const neo4j = await startNeo4j();
const servers = [redis, chroma, neo4j];
const home = await mkdtemp(join(tmpdir(), 'openmagus-bench-'));
const journal = await openJournal({ file: join(home, 'openmagus.db'), workerUrl, onWarning: console.error });
try {
  const { password, user } = neo4j;
  const configuration = { redis: { url: redis.url }, chroma: { url: chroma.url } };
  // Filled below, by hand: so nothing is configured while the records are kept.
  const parts = {
    home,
    store: journal.memory,
    clock: systemClock,
    secretOf: async () => password,
    onWarning: () => {},
  };
  const alone = composeMemory(parts);
  const ports = { clock: systemClock, hash: systemHash, files: nodeFileSystem(systemHash), secrets: () => [] };
  const began = performance.now();
  for (let start = 0; start < count; start += 300)
    await remember({ ...ports, memory: alone.memory }, records(start, alone.memory.namespace), signal);
  print('embedded: kept', `${((performance.now() - began) / count).toFixed(2)} ms each`);
  await alone.close();
  await writeFile(
    join(home, 'memory.json'),
    JSON.stringify({ ...configuration, neo4j: { url: neo4j.url, user, secret: 'neo4j' } }),
  );
  const { memory, close } = composeMemory(parts);
  await memory.settle(600_000);
  for (const replica of await memory.replicas()) {
    for (const time of ['first', 'again']) {
      await memory.store.advance(replica.key, 0);
      const started = performance.now();
      const { put } = await fillReplica({ memory }, replica, signal);
      const {
        count: here,
        checksum,
        replicaCount,
        replicaChecksum,
      } = await compareReplica({ memory, hash: systemHash }, replica, signal);
      print(
        `${replica.name}: replayed, ${time}`,
        `${put} in ${((performance.now() - started) / 1000).toFixed(1)} s, ${replicaCount} of ${here}, checksums ${checksum === replicaChecksum ? 'equal' : 'DIFFER'}`,
      );
    }
    const [own, theirs] = [
      await times((text) => find(memory.store, text, replica.kind)),
      await times((text) => find(replica, text, replica.kind)),
    ];
    print(`${replica.kind}s: embedded p50 / p95`, own);
    print(`${replica.kind}s: ${replica.name} p50 / p95`, theirs);
  }
  print('one full-text question to SQLite itself p50 / p95', await timesOfSqlite(join(home, 'openmagus.db')));
  const recall = (text: string) =>
    recallMemories({ ...ports, memory }, { text, kinds: memoryKinds, roots: [], limit: 10 }, signal);
  print('recall over all p50 / p95', await times(recall));
  for (const server of servers) server.freeze();
  print('recall while all three hang p50 / p95', await times(recall, 10));
  for (const server of servers) server.thaw();
  await close();
} finally {
  await journal.close();
  for (const server of servers) await server.stop();
  await rm(home, { recursive: true, force: true });
}

function find(keeper: { search: typeof journal.memory.search }, text: string, kind: MemoryKind): Promise<unknown> {
  return keeper.search({ text, kinds: [kind], limit: 10 }, signal);
}

/** The floor: one statement over the same index, in this very thread. */
async function timesOfSqlite(file: string): Promise<string> {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(
    `SELECT body FROM memory_text JOIN memory ON memory.id = memory_text.rowid
     WHERE memory_text MATCH ? ORDER BY bm25(memory_text) LIMIT 10`,
  );
  const taken = await times(async (text) => rows.all(text.replace(' ', ' OR ')));
  database.close();
  return taken;
}

async function times(ask: (text: string) => Promise<unknown>, most = questions): Promise<string> {
  const taken: number[] = [];
  for (let question = 0; question < most; question += 1) {
    const asked = performance.now();
    await ask(`${wordOf(question * 7)} ${wordOf(question * 13)}`);
    taken.push(performance.now() - asked);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number): string => (taken[Math.floor(taken.length * share)] ?? 0).toFixed(1);
  return `${at(0.5)} / ${at(0.95)} ms`;
}

function records(start: number, namespace: string) {
  return Array.from({ length: Math.min(300, count - start) }, (_, offset) => {
    const number = start + offset;
    const kind = memoryKinds[number % 3] ?? 'fact';
    const id = `r${String(number).padStart(7, '0')}`;
    const text = Array.from({ length: 40 }, (_word, index) => wordOf((number * 31 + index * index * 17) % 5000)).join(
      ' ',
    );
    const record = kind === 'workflow' ? workflowRecord(id, 1, 1) : memoryRecord(kind, id, id, text);
    return { ...record, namespace, title: id, text };
  });
}

function wordOf(number: number): string {
  const syllables = ['ka', 'lo', 'mi', 'nu', 're', 'sa', 'to', 'vu', 'xe', 'zi'];
  return [1, 10, 100, 1000].map((unit) => syllables[Math.floor(number / unit) % 10]).join('');
}

function print(name: string, figure: string): void {
  console.log(`${name.padEnd(44)}  ${figure}`);
}
