import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import neo4jDriver from 'neo4j-driver';
import { recallMemories } from '../../src/core/memory/recall-memories.ts';
import { remember } from '../../src/core/memory/remember.ts';
import { type MemoryRecord, memoryKinds } from '../../src/protocol/memory.ts';
import { memoryRecord, workflowRecord } from '../contract/memory-keeper.ts';
import { startChroma } from './chroma.ts';
import { assertReplicasEqual, type MemoryRig, openMemoryRig, settled } from './memory-rig.ts';
import { startNeo4j } from './neo4j.ts';
import { startRedis } from './redis.ts';
import type { TestServer } from './test-server.ts';

const { signal } = new AbortController();
/** Far above the 300 ms that a server may cost, far below the time-outs of the clients: the machine may be busy. */
const mostMs = 5000;
const kinds = { Redis: 'episode', Chroma: 'fact', Neo4j: 'workflow' } as const;
type Name = keyof typeof kinds;

describe('a server that fails in the middle', () => {
  let servers: Record<Name, TestServer>;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let neo4j: Awaited<ReturnType<typeof startNeo4j>>;
  let home: string;
  let rig: MemoryRig;
  let count = 0;
  before(async function () {
    this.timeout(600_000);
    redis = await startRedis();
    const chroma = await startChroma();
    neo4j = await startNeo4j();
    servers = { Redis: redis, Chroma: chroma, Neo4j: neo4j };
  });
  after(async () => {
    await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()));
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'openmagus-faults-'));
    count += 1;
    const file = {
      user: `fault${count}`,
      redis: { url: redis.url },
      chroma: { url: `http://127.0.0.1:${servers.Chroma.port}` },
      neo4j: { url: neo4j.url, user: neo4j.user, secret: 'neo4j' },
    };
    await writeFile(join(home, 'memory.json'), JSON.stringify(file));
    rig = await openMemoryRig(home, { neo4j: neo4j.password });
  });
  afterEach(async () => {
    await rig.close();
    await rm(home, { recursive: true, force: true });
  });
  const records = (name: Name, part: number): readonly MemoryRecord[] =>
    Array.from({ length: 5 }, (_, index) => {
      const id = `${name}-${part}-${index}`;
      const record = name === 'Neo4j' ? workflowRecord(id, 1, 1) : memoryRecord(kinds[name], id, id, id);
      return { ...record, namespace: rig.memory.namespace, title: `zebra ${id}`, text: `zebra text ${id}` };
    });
  const recall = () => recallMemories(rig, { text: 'zebra text', kinds: memoryKinds, roots: [], limit: 20 }, signal);
  const timed = async (times: number[], work: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  };

  for (const name of Object.keys(kinds) as Name[])
    for (const fault of ['hangs', 'is killed'] as const)
      it(`holds up nothing, loses nothing and has nothing twice: ${name} ${fault}`, async function () {
        this.timeout(240_000);
        const server = servers[name];
        await remember(rig, records(name, 0), signal);
        await settled(rig);
        const writes: number[] = [];
        const recalls: number[] = [];
        for (let part = 1; part <= 30; part += 1) {
          // The outbox is being emptied while this happens.
          if (part === 10) await (fault === 'hangs' ? server.freeze() : server.kill9());
          await timed(writes, () => remember(rig, records(name, part), signal));
          if (part % 3 === 0)
            await timed(recalls, async () => assert.equal((await recall()).hits.length, Math.min(20, (part + 1) * 5)));
        }
        if (fault === 'hangs') server.thaw();
        else await server.restart();
        await settled(rig);
        await assertReplicasEqual(rig);
        assert.equal(await timesPut(name), 31 * 5);
        for (const ms of [...writes, ...recalls]) assert.ok(ms < mostMs, `${ms} ms`);
      });

  for (const name of Object.keys(kinds) as Name[])
    it(`says that it cannot write on a full disk, and has everything when there is room: ${name}`, async function () {
      this.timeout(240_000);
      const server = servers[name];
      await remember(rig, records(name, 0), signal);
      await settled(rig);
      await server.fillDisk();
      try {
        for (let part = 1; part <= 5; part += 1) await remember(rig, records(name, part), signal);
        await rig.memory.settle(5000);
        // Redis takes what comes before its next look at the disk.
        await remember(rig, records(name, 6), signal);
        assert.ok((await rig.memory.settle(5000)).includes(name), rig.warnings.join('\n'));
        assert.match(rig.warnings.join('\n'), new RegExp(`${name} at .*(?:disk|takes no writes)`));
        assert.equal((await recall()).hits.length, 20);
      } finally {
        await server.freeDisk();
      }
      // Both others stand still, as Chroma does in its next read, until they are started again.
      if (name !== 'Redis') await server.restart();
      await settled(rig);
      await assertReplicasEqual(rig);
      assert.equal(await timesPut(name), 7 * 5);
    });

  /** How often something was put, as each server itself tells: a record that came twice would count twice. */
  async function timesPut(name: Name): Promise<number> {
    const namespace = `user/fault${count}`;
    if (name === 'Redis') {
      const client = new Redis(redis.url);
      const puts = await client.xrange(`openmagus:{${namespace}}:stream`, '-', '+');
      client.disconnect();
      return puts.length;
    }
    if (name === 'Neo4j') {
      const driver = neo4jDriver.driver(neo4j.url, neo4jDriver.auth.basic(neo4j.user, neo4j.password));
      const text = 'MATCH (:Workflow {namespace: $namespace})-[:HAS_STEP]->(s:Step) RETURN count(s) / 2 AS steps';
      const { records: rows } = await driver.executeQuery(text, { namespace });
      await driver.close();
      return Number(rows[0]?.get('steps'));
    }
    const [, chroma] = await rig.memory.replicas();
    return (await chroma?.scan({ kinds: ['fact'], afterId: '', limit: 1000 }, signal))?.length ?? 0;
  }
});
