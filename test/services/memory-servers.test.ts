import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { migrateReplica } from '../../src/core/memory/migrate-replica.ts';
import { recallMemories } from '../../src/core/memory/recall-memories.ts';
import { forget, remember } from '../../src/core/memory/remember.ts';
import { shareWithTeam } from '../../src/core/memory/share.ts';
import { type MemoryKind, memoryKinds } from '../../src/protocol/memory.ts';
import { memoryRecord, workflowRecord } from '../contract/memory-keeper.ts';
import { calls, finish, proposal, taskRig, turns, yes } from '../integration/task/task-rig.ts';
import { plantedSecrets } from '../support/planted-secrets.ts';
import { startChroma } from './chroma.ts';
import { assertReplicasEqual, type MemoryRig, openMemoryRig, settled } from './memory-rig.ts';
import { startNeo4j } from './neo4j.ts';
import { startRedis } from './redis.ts';
import { filesHolding, type TestServer } from './test-server.ts';

const { signal } = new AbortController();

describe('the three servers behind the embedded store', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let chroma: Awaited<ReturnType<typeof startChroma>>;
  let neo4j: Awaited<ReturnType<typeof startNeo4j>>;
  let home: string;
  let rig: MemoryRig;
  let count = 0;
  const ending: (() => Promise<void>)[] = [];
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
    for (const end of ending.splice(0)) await end();
    await rig.close();
    await rm(home, { recursive: true, force: true });
  });
  const passwords = (): Readonly<Record<string, string>> => ({
    redis: 'right',
    neo4j: neo4j.password,
    team: 'our passphrase',
  });
  const open = (folder: string) => openMemoryRig(folder, passwords());
  const configuration = (user: string) => ({
    user,
    key: 'team',
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
  const assertEqual = () => assertReplicasEqual(rig);

  it('follow what is remembered and forgotten, each its kind', async function () {
    this.timeout(60_000);
    // What no store keeps as it is, and what one might read as an order.
    const odd = records(3, 'odd').map((record) => ({
      ...record,
      text: 'a\0b \ud83d \u202ec\u202c ` }) DETACH DELETE n // odd',
    }));
    await remember(rig, [...records(30), ...odd], signal);
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
        { ...memoryRecord('episode', 'mine', 'Okapi', 'okapi for the team', '/ada'), namespace: ada.memory.namespace },
        { ...memoryRecord('episode', 'own', 'Okapi', 'okapi of mine', ''), namespace: ada.memory.namespace },
      ],
      signal,
    );
    await settled(ada);
    const [mine] = await ada.memory.store.byIds(['mine']);
    assert.ok(mine);
    const shared = await shareWithTeam(ada, mine, signal);
    await settled(ada);
    await assertReplicasEqual(ada);
    await assert.rejects(shareWithTeam(ada, shared, signal), /already/);
    await assert.rejects(shareWithTeam(rig, mine, signal), { code: 'NO_TEAM' });
    await assert.rejects(shareWithTeam(ada, { ...mine, review: true }, signal), /waits for your review/);
    const asked = { text: 'okapi', kinds: memoryKinds, workspace: '/bob', roots: [], limit: 5 };
    const { hits } = await recallMemories(bob, asked, signal);
    assert.deepEqual(
      hits.map(({ id, text }) => [id, text]),
      [[shared.id, 'okapi for the team']],
    );
    for (const member of rigs) await member.close();
    for (const folder of homes) await rm(folder, { recursive: true, force: true });
  });

  it('get none of the keys that a task met in its goal and plan, in files, the environment, a page and memories', async function () {
    this.timeout(120_000);
    const secrets = [...plantedSecrets.map(({ secret }) => secret), 'plain-value-of-env'];
    const printed = plantedSecrets.map(({ text }) => text).join('\n\n');
    const page = createServer((_request, response) => void response.end(printed)).listen(0, '127.0.0.1');
    await once(page, 'listening');
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`;
    const task = await taskRig();
    ending.push(
      () => task.remove(),
      async () => void page.close(),
    );
    await task.write({ '.env': 'SOME_TOKEN=plain-value-of-env\n', 'output.txt': `${printed}\nplain-value-of-env\n` });
    await writeFile(join(task.home, 'memory.json'), JSON.stringify(configuration(`keys${count}`)));
    const planner = turns('propose_plan', [calls(proposal({ id: 's', instructions: printed, check: 'test -f done' }))]);
    const executor = turns('edit_file', [
      calls({
        name: 'run_command',
        args: { command: 'cat output.txt .env; env; echo "Error: $(cat output.txt)"; exit 1' },
      }),
      calls({ name: 'use_tool', args: { tool: 'http_request', input: { method: 'GET', url } } }),
      calls({ name: 'remember', args: { text: `They are: ${printed} and plain-value-of-env` } }),
      calls({ name: 'recall', args: { query: 'They are' } }),
      calls({ name: 'run_command', args: { command: 'touch done' } }),
      calls(finish(`Found ${printed}`)),
    ]);
    task.script((request) => planner(request) ?? executor(request));
    process.env['OPENMAGUS_TEST_TOKEN'] = secrets[0];
    try {
      const goal = `Use these: ${printed}`;
      const { state, of } = await task.run(
        { goal, approve: 'ask' },
        { people: yes, secretOf: async (name) => passwords()[name] },
      );
      assert.equal(
        state.ended?.status,
        'verified',
        JSON.stringify(of('tool-call-ended').map(({ content }) => content.slice(0, 200))),
      );
    } finally {
      delete process.env['OPENMAGUS_TEST_TOKEN'];
    }
    const after = await open(task.home);
    ending.unshift(() => after.close());
    await settled(after);
    for (const replica of await after.memory.replicas()) {
      const records = await replica.scan({ kinds: [replica.kind], afterId: '', limit: 100 }, signal);
      assert.ok(records.length > 0, replica.name);
      const told = JSON.stringify(records);
      const found = secrets.filter((secret) => told.includes(JSON.stringify(secret).slice(1, -1)));
      assert.deepEqual(found, [], `${replica.name}: ${told}`);
    }
    const lines = secrets.flatMap((secret) => secret.split('\n'));
    for (const { folder } of [redis, chroma, neo4j]) assert.equal(filesHolding(folder, ...lines), '');
  });

  it('leave no byte of what is forgotten in any file, nor does the embedded store', async function () {
    this.timeout(120_000);
    // Long and mixed: what a server packs would escape a search of bytes.
    const secret = 'Xylophone-Quartz! ';
    const forgotten = records(6, 'forgotten').map((record) => ({
      ...record,
      title: secret,
      text: secret.repeat(30),
      ...(record.workflow ? { workflow: { ...record.workflow, goals: [secret.repeat(5)] } } : {}),
    }));
    await remember(rig, [...records(60), ...forgotten, ...records(30, 'later')], signal);
    await settled(rig);
    const folders = [home, redis.folder, chroma.folder, neo4j.folder];
    assert.match(filesHolding(home, secret.trim()), /openmagus\.db/);
    assert.match(filesHolding(redis.folder, secret.trim()), /aof/);
    await forget(
      rig,
      forgotten.map(({ id }) => id),
      signal,
    );
    await settled(rig);
    // Redis writes its file anew in a process of its own.
    for (let tries = 0; folders.some((folder) => filesHolding(folder, secret.trim()) !== ''); tries += 1) {
      assert.ok(tries < 100, folders.map((folder) => filesHolding(folder, secret.trim())).join());
      await wait(100);
    }
  });
});
