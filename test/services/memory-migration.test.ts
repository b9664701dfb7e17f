import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import { systemClock, systemHash } from '../../src/adapters/system/system.ts';
import { composeMemory } from '../../src/compose-memory.ts';
import type { Memory, MemoryReplica } from '../../src/core/memory/memory-ports.ts';
import { migrateReplica } from '../../src/core/memory/migrate-replica.ts';
import { memoryRecord } from '../contract/memory-keeper.ts';
import { workerUrl } from '../integration/journal/journal-fixture.ts';
import { buildExtension, projectFolder } from '../support/extension-package.ts';
import { until } from '../support/until.ts';
import { startRedis } from './redis.ts';

const { signal } = new AbortController();
const count = 1000;

describe('migrating to a server', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let home: string;
  let memory: Memory;
  let close: () => Promise<void>;
  let replica: MemoryReplica;
  before(async function () {
    this.timeout(300_000);
    await buildExtension();
    redis = await startRedis();
  });
  after(() => redis?.stop());
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'openmagus-migration-'));
    const user = `user${Date.now()}`;
    await writeFile(join(home, 'memory.json'), JSON.stringify({ user, redis: { url: redis.url } }));
    const onWarning = (): void => {};
    const journal = await openJournal({ file: join(home, 'openmagus.db'), workerUrl, onWarning });
    const secretOf = async () => undefined;
    const composed = composeMemory({ home, store: journal.memory, clock: systemClock, secretOf, onWarning });
    memory = composed.memory;
    close = async () => {
      await composed.close();
      await journal.close();
    };
    const { namespace } = memory;
    const records = Array.from({ length: count }, (_, index) => {
      const id = `e${String(index).padStart(4, '0')}`;
      return { ...memoryRecord('episode', id, `Episode ${index}`, `What happened ${index}`), namespace };
    });
    await memory.store.put(records, signal);
    const [first] = await memory.replicas();
    assert.ok(first);
    replica = first;
  });
  afterEach(async () => {
    await close();
    await rm(home, { recursive: true, force: true });
  });
  const migrate = (onBatch = async (_sent: number, _waiting: number) => {}, given: AbortSignal = signal) =>
    migrateReplica({ memory, clock: systemClock, hash: systemHash }, replica, onBatch, given);

  it('tells how far it is, ends with equal checksums, and does so again', async () => {
    const told: [number, number][] = [];
    const first = await migrate(async (sent, waiting) => void told.push([sent, waiting]));
    assert.deepEqual(told[0], [0, count]);
    assert.deepEqual(told.at(-1), [count, 0]);
    assert.ok(told.every(([sent, waiting]) => sent + waiting === count));
    assert.deepEqual([first.put, first.equal, first.replicaCount], [count, true, count]);
    const second = await migrate();
    assert.equal(second.replicaChecksum, first.replicaChecksum);
  });

  it('stands still while it is paused', async () => {
    let goOn: () => void = () => {};
    const paused = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let sentThen = 0;
    const migrating = migrate(async (sent) => {
      sentThen = sent;
      if (sent >= 300) await paused;
    });
    await until(() => sentThen === 300);
    await wait(1000);
    assert.equal(sentThen, 300);
    const there = await replica.scan({ kinds: ['episode'], afterId: '', limit: count }, signal);
    assert.equal(there.length, 300);
    goOn();
    assert.ok((await migrating).equal);
  });

  it('that is killed in the middle is whole after the next one', async () => {
    const cli = join(projectFolder, 'dist', 'cli.js');
    const child = spawn(process.execPath, [cli, 'memory', 'replay'], { env: { ...process.env, OPENMAGUS_HOME: home } });
    const there = async () => (await replica.scan({ kinds: ['episode'], afterId: '', limit: count }, signal)).length;
    while ((await there()) === 0) await wait(1);
    child.kill('SIGKILL');
    await once(child, 'close');
    const again = await migrate();
    assert.deepEqual([again.equal, again.replicaCount], [true, count]);
  });

  it('that was cancelled in the middle is whole after the next one', async () => {
    const ending = new AbortController();
    const cancelled = migrate(async (sent) => {
      if (sent >= 500) ending.abort();
    }, ending.signal);
    await assert.rejects(cancelled);
    const again = await migrate();
    assert.deepEqual([again.equal, again.replicaCount], [true, count]);
  });
});
