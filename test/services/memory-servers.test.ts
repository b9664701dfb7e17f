import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { nodeFileSystem } from '../../src/adapters/files/node-file-system.ts';
import { openJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import { systemClock, systemHash } from '../../src/adapters/system/system.ts';
import { composeMemory } from '../../src/compose-memory.ts';
import { compareReplica } from '../../src/core/memory/compare-replica.ts';
import type { Memory } from '../../src/core/memory/memory-ports.ts';
import { migrateReplica } from '../../src/core/memory/migrate-replica.ts';
import { recallMemories } from '../../src/core/memory/recall-memories.ts';
import { forget, remember } from '../../src/core/memory/remember.ts';
import { type MemoryKind, memoryKinds } from '../../src/protocol/memory.ts';
import { memoryRecord, workflowRecord } from '../contract/memory-keeper.ts';
import { workerUrl } from '../integration/journal/journal-fixture.ts';
import { startChroma } from './chroma.ts';
import { startNeo4j } from './neo4j.ts';
import { startRedis } from './redis.ts';
import type { TestServer } from './test-server.ts';

const { signal } = new AbortController();

describe('the three servers behind the embedded store', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let chroma: Awaited<ReturnType<typeof startChroma>>;
  let neo4j: Awaited<ReturnType<typeof startNeo4j>>;
  let home: string;
  let rig: Awaited<ReturnType<typeof open>>;
  let count = 0;
  before(async function () {
    this.timeout(600_000);
    redis = await startRedis({ password: 'right' });
    chroma = await startChroma();
    neo4j = await startNeo4j();
  });
  after(async () => {
    await Promise.all([redis, chroma, neo4j].map((server) => server?.stop()));
  });
  beforeEach(async function () {
    this.timeout(60_000);
    home = await mkdtemp(join(tmpdir(), 'openmagus-servers-'));
    count += 1;
    await writeFile(join(home, 'memory.json'), JSON.stringify(configuration(`test${count}`)));
    rig = await open(home);
  });
  afterEach(async () => {
    await rig.close();
    await rm(home, { recursive: true, force: true });
  });
  const configuration = (user: string) => ({
    user,
    redis: { url: redis.url, secret: 'redis' },
    chroma: { url: chroma.url },
    neo4j: { url: neo4j.url, user: neo4j.user, secret: 'neo4j' },
  });
  const records = (many: number, word = 'zebra') =>
    Array.from({ length: many }, (_, index) => {
      const kind = memoryKinds[index % 3] as MemoryKind;
      const id = `${word}-${index}`;
      const record = kind === 'workflow' ? workflowRecord(id, 1, 1) : memoryRecord(kind, id, id, id);
      return { ...record, namespace: rig.memory.namespace, title: `${word} ${index}`, text: `${word} text ${index}` };
    });
  const assertEqual = async () => {
    for (const replica of await rig.memory.replicas()) {
      const {
        count: own,
        checksum,
        replicaCount,
        replicaChecksum,
      } = await compareReplica({ memory: rig.memory, hash: systemHash }, replica, signal);
      assert.equal(replicaCount, own, replica.name);
      assert.equal(replicaChecksum, checksum, replica.name);
    }
  };

  it('follow what is remembered and forgotten, each its kind', async function () {
    this.timeout(60_000);
    await remember(rig, records(30), signal);
    await settled(rig);
    await assertEqual();
    const { hits } = await recallMemories(rig, { text: 'zebra 4', kinds: memoryKinds, roots: [], limit: 5 }, signal);
    assert.match(hits.map(({ why }) => why).join(), /Redis, rank|Chroma, rank|Neo4j, rank/);
    assert.deepEqual(await forget(rig, ['zebra-0', 'zebra-1', 'zebra-2'], signal), { count: 3, waiting: [] });
    await assertEqual();
  });

  it('get everything after a restart of any of them in the middle, nothing twice', async function () {
    this.timeout(180_000);
    for (const server of [redis, chroma, neo4j] as readonly TestServer[]) {
      const word = `word${server.port}`;
      await remember(rig, records(30, word), signal);
      await server.kill9();
      await remember(rig, records(45, word), signal);
      await server.restart();
      await settled(rig);
      await assertEqual();
    }
  });

  it('are migrated to with progress and checksums, also after a pause in the middle, and again without a change', async function () {
    this.timeout(180_000);
    await remember(rig, records(900, 'migrated'), signal);
    await settled(rig);
    for (const replica of await rig.memory.replicas()) {
      const ending = new AbortController();
      const progress: number[] = [];
      const cut = migrateReplica(
        rig,
        replica,
        async (sent) => {
          progress.push(sent);
          if (sent > 0) ending.abort();
        },
        ending.signal,
      );
      await assert.rejects(cut);
      assert.deepEqual(progress, [0, 100]);
      const first = await migrateReplica(rig, replica, async (sent) => void progress.push(sent), signal);
      assert.deepEqual([first.equal, first.put, progress.at(-1)], [true, 300, 300]);
      assert.deepEqual(await migrateReplica(rig, replica, async () => {}, signal), first);
    }
  });

  it('cost a recall no hit of the embedded store when they hang', async function () {
    this.timeout(120_000);
    await remember(rig, records(9), signal);
    await settled(rig);
    const ask = () => recallMemories(rig, { text: 'zebra', kinds: memoryKinds, roots: [], limit: 20 }, signal);
    await ask();
    for (const server of [redis, chroma, neo4j]) server.freeze();
    const frozen = await ask().finally(() => {
      for (const server of [redis, chroma, neo4j]) server.thaw();
    });
    assert.equal(frozen.hits.length, 9);
    assert.equal(frozen.warnings.length, 3);
  });

  it('keep a tombstone for a server that is down, and say so', async function () {
    this.timeout(120_000);
    await remember(rig, records(9), signal);
    await settled(rig);
    await redis.kill9();
    assert.ok((await forget(rig, ['zebra-0', 'zebra-1'], signal)).waiting.includes('Redis'));
    await redis.restart();
    await settled(rig);
    await assertEqual();
  });

  it('show a team what its members share, and keep the rest apart', async function () {
    this.timeout(120_000);
    const team = `blue${count}`;
    const homes = await Promise.all(['ada', 'bob'].map(() => mkdtemp(join(tmpdir(), 'openmagus-team-'))));
    const rigs = [];
    for (const [index, folder] of homes.entries()) {
      const file = { ...configuration(`member${count}-${index}`), team };
      await writeFile(join(folder, 'memory.json'), JSON.stringify(file));
      rigs.push(await open(folder));
    }
    const [ada, bob] = rigs;
    assert.ok(ada && bob);
    await remember(
      ada,
      [
        { ...memoryRecord('episode', 'shared', 'Okapi', 'okapi for the team', ''), namespace: `team/${team}` },
        { ...memoryRecord('episode', 'own', 'Okapi', 'okapi of mine', ''), namespace: ada.memory.namespace },
      ],
      signal,
    );
    await settled(ada);
    const { hits } = await recallMemories(bob, { text: 'okapi', kinds: memoryKinds, roots: [], limit: 5 }, signal);
    assert.deepEqual(
      hits.map(({ id }) => id),
      ['shared'],
    );
    for (const member of rigs) await member.close();
    for (const folder of homes) await rm(folder, { recursive: true, force: true });
  });

  it('leave no byte of what is forgotten in the files of Redis and Neo4j', async function () {
    this.timeout(120_000);
    const forgotten = records(3, 'xylophonequartz');
    await remember(rig, forgotten, signal);
    await settled(rig);
    await forget(
      rig,
      forgotten.map(({ id }) => id),
      signal,
    );
    await settled(rig);
    // Redis writes its file anew in a process of its own; Chroma empties its log of writes when it likes. The id stays: streams and tombstones name it.
    for (const { folder } of [redis, neo4j])
      for (let tries = 0; await holds(folder, 'xylophonequartz text'); tries += 1) {
        assert.ok(tries < 100, folder);
        await wait(100);
      }
  });

  async function open(folder: string) {
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    const journal = await openJournal({ file: join(folder, 'openmagus.db'), workerUrl, onWarning });
    const secretOf = async (name: string) => (name === 'redis' ? 'right' : neo4j.password);
    const composed = composeMemory({ home: folder, store: journal.memory, clock: systemClock, secretOf, onWarning });
    const memory: Memory = composed.memory;
    return {
      memory,
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
});

/** Waits until every server has everything, however often it must be tried. */
async function settled({
  memory,
  warnings,
}: {
  readonly memory: Memory;
  readonly warnings: readonly string[];
}): Promise<void> {
  for (let tries = 0; (await memory.settle(20_000)).length > 0; tries += 1) {
    assert.ok(tries < 60, warnings.join('\n'));
    await wait(500);
  }
}

async function holds(folder: string, text: string): Promise<boolean> {
  for (const name of await readdir(folder, { recursive: true })) {
    // A file that the server has just replaced holds nothing.
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes?.includes(text)) return true;
  }
  return false;
}
