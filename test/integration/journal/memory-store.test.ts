import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { forbiddenCall } from '../../../src/core/loop/run-tool-call.ts';
import type { MemoryStore } from '../../../src/core/memory/memory-ports.ts';
import { memoryRecord, workflowRecord } from '../../contract/memory-keeper.ts';
import { created, createJournalFolder, type JournalFolder } from './journal-fixture.ts';

const { signal } = new AbortController();
const asks = { decision: 'ask', rule: 'r', reason: '', always: false } as const;

describe('the embedded memory on a real disk', () => {
  let folder: JournalFolder;
  let store: MemoryStore;
  beforeEach(async () => {
    folder = await createJournalFolder();
    store = (await folder.open()).memory;
  });
  afterEach(() => folder.remove());

  it('tells a replica each change once, a removal by its id alone, and everything again from the beginning', async () => {
    const replica = { key: 'r', kind: 'fact' as const, limit: 10 };
    await store.put([memoryRecord('fact', 'a', 'A', 'one'), memoryRecord('episode', 'e', 'E', 'other')], signal);
    await store.put([memoryRecord('fact', 'b', 'B', 'two')], signal);
    const first = await store.changes(replica);
    assert.deepEqual([first.puts.map(({ id }) => id), first.removed, first.waiting], [['a', 'b'], [], 2]);
    await store.advance('r', first.position);
    await store.put([memoryRecord('fact', 'a', 'A', 'one')], signal);
    assert.equal((await store.changes(replica)).waiting, 0, 'the same once more is no change');
    await store.put([memoryRecord('fact', 'a', 'A', 'changed')], signal);
    await store.remove(['b'], signal);
    const second = await store.changes(replica);
    assert.deepEqual([second.puts.map(({ text }) => text), second.removed], [['changed'], ['b']]);
    await store.advance('r', 0);
    assert.equal((await store.changes(replica)).waiting, 2);
  });

  it('lets one at a time fill a replica', async () => {
    const other = (await folder.open()).memory;
    const lock = await store.lock('r');
    assert.ok(lock);
    assert.equal(await other.lock('r'), undefined);
    await lock.release();
    await (await other.lock('r'))?.release();
  });

  it('finds parts of names', async () => {
    await store.put([memoryRecord('fact', 'a', 'Where', 'see parseUserName in src/very_long_name.ts')], signal);
    for (const text of ['user', 'long name']) {
      const found = await store.search({ text, kinds: ['fact'], limit: 5 }, signal);
      assert.equal(found[0]?.records[0]?.id, 'a', text);
    }
  });

  it('finds trials by the very action and by the very failure, the newest first', async () => {
    const trial = { action: 'npm test', ok: false, failure: 'Cannot find module x', cure: 'ran npm install', ms: 0 };
    await store.put(
      [
        { ...memoryRecord('episode', 'old', '', ''), trials: [trial] },
        { ...memoryRecord('episode', 'new', '', ''), at: '2026-05-01T00:00:00Z', trials: [{ ...trial, cure: '' }] },
        { ...memoryRecord('episode', 'far', '', '', '/far'), trials: [trial] },
        { ...memoryRecord('episode', 'outside', '', ''), trials: [trial], review: true },
      ],
      signal,
    );
    const asked = { workspace: '/w', limit: 5 };
    const byAction = await store.trials({ action: 'npm test', failure: '', ...asked }, signal);
    assert.deepEqual(
      byAction.map(({ memoryId, cure }) => [memoryId, cure]),
      [
        ['new', ''],
        ['old', 'ran npm install'],
      ],
    );
    assert.equal((await store.trials({ action: '', failure: trial.failure, ...asked }, signal)).length, 2);
    assert.deepEqual(await store.trials({ action: 'npm', failure: 'Cannot', ...asked }, signal), []);
  });

  it('gives the facts that may forbid something, of the user or pinned, for this folder, by an index of their own', async () => {
    const never = memoryRecord('fact', 'user', '', 'NEVER push.');
    const more = { ...never, id: 'more', text: 'No pushing, ever.', pinned: true };
    await store.put(
      [
        { ...never, source: 'user' },
        { ...more, source: 'task t' },
        { ...never, id: 'task', source: 'task t' },
        { ...never, id: 'far', source: 'user', workspace: '/far' },
        { ...never, id: 'other', source: 'user', text: 'Push on Tuesdays.' },
      ],
      signal,
    );
    assert.deepEqual(
      (await store.forbidding('/w')).map(({ id }) => id),
      ['user', 'more'],
    );
  });

  it('knows which tasks were told of a record, and why', async () => {
    const { log, memory } = await folder.open();
    const hit = { id: 'a', kind: 'fact' as const, title: 'A', text: 'one', score: 1, why: 'full text, rank 1' };
    await log.append('first', [created('First'), { type: 'memory-recalled', hits: [hit], rules: [] }]);
    const other = { ...hit, id: 'ab', why: 'mentions "a"' };
    await log.append('second', [created('Second'), { type: 'memory-recalled', hits: [other], rules: [] }]);
    await log.append('third', [created('Third'), { type: 'memory-recalled', hits: [other, hit], rules: [] }]);
    const told = await memory.recollections('a');
    assert.deepEqual(
      told.map(({ taskId, goal, why }) => [taskId, goal, why]),
      [
        ['third', 'Third', 'full text, rank 1'],
        ['first', 'First', 'full text, rank 1'],
      ],
    );
  });

  it('finds the nearest vectors of the same model', async () => {
    const ids = Array.from({ length: 600 }, (_, index) => `v${index}`);
    await store.put(
      ids.map((id) => memoryRecord('fact', id, id, 'nothing alike')),
      signal,
    );
    assert.equal((await store.unembedded('m', 1000)).length, 600);
    await store.putVectors(
      'm',
      ids.map((id, index) => ({ id, values: direction(index) })),
    );
    assert.equal((await store.unembedded('m', 1000)).length, 0);
    const near = async (model: string) =>
      store.search({ text: '', kinds: ['fact'], limit: 3, vector: { model, values: direction(123) } }, signal);
    assert.deepEqual(
      (await near('m')).map(({ channel, records }) => [channel, records[0]?.id]),
      [['vectors', 'v123']],
    );
    assert.deepEqual(await near('another'), []);
  });

  it('leaves no byte of what is forgotten, in the file, its write-ahead log or the logs of tasks', async () => {
    const secret = 'xylophonequartz';
    const { log, memory } = await folder.open();
    const record = {
      ...workflowRecord('gone', 1, 1),
      title: secret,
      text: `${secret}\nand ${secret} ${'padding '.repeat(2000)}`,
      trials: [{ action: secret, ok: false, failure: secret, cure: secret, ms: 0 }],
    };
    await memory.put([record, memoryRecord('fact', 'stays', 'Stays', 'here')], signal);
    await memory.putVectors('m', [{ id: 'gone', values: direction(1) }]);
    const hit = { id: 'gone', kind: 'workflow' as const, title: secret, text: secret, score: 1, why: '' };
    const advice = { text: secret, memories: ['gone'] };
    const { error: never } = forbiddenCall({ ...record, text: secret });
    assert.ok(never);
    const ended = {
      type: 'tool-call-ended',
      conversation: 's',
      callId: 'c',
      ok: false,
      content: '',
      durationMs: 1,
    } as const;
    await log.append('t', [
      created('goal'),
      { type: 'memory-recalled', hits: [hit], rules: [] },
      { type: 'approval-requested', callId: 'c', title: '', effects: [], decision: asks, hash: '', advice },
      { ...ended, advice },
      { ...ended, content: never.message, error: never },
    ]);
    assert.ok((await bytesOf(folder.file)).includes(secret));
    await memory.remove(['gone'], signal);
    assert.ok(!(await bytesOf(folder.file)).includes(secret));
    assert.deepEqual(
      (await memory.list({ limit: 10 })).map(({ id }) => id),
      ['stays'],
    );
  });

  it('lists by kind, source, time and pin', async () => {
    await store.put(
      [
        { ...memoryRecord('fact', 'a', '', ''), source: 'user', pinned: true },
        { ...memoryRecord('episode', 'b', '', ''), at: '2026-06-01T00:00:00.000Z' },
      ],
      signal,
    );
    const ids = async (filter: Parameters<MemoryStore['list']>[0]) => (await store.list(filter)).map(({ id }) => id);
    assert.deepEqual(await ids({ limit: 9 }), ['b', 'a']);
    assert.deepEqual(await ids({ limit: 9, kinds: ['fact'] }), ['a']);
    assert.deepEqual(await ids({ limit: 9, source: 'user' }), ['a']);
    assert.deepEqual(await ids({ limit: 9, pinned: true }), ['a']);
    assert.deepEqual(await ids({ limit: 9, from: '2026-05-01T00:00:00.000Z' }), ['b']);
    assert.deepEqual(await ids({ limit: 9, to: '2026-05-01T00:00:00.000Z' }), ['a']);
  });
});

async function bytesOf(file: string): Promise<string> {
  const parts = await Promise.all(['', '-wal'].map((suffix) => readFile(file + suffix).catch(() => Buffer.alloc(0))));
  return Buffer.concat(parts).toString('latin1').toLowerCase();
}

/** Each number another direction of 64. */
function direction(seed: number): Float32Array {
  return Float32Array.from({ length: 64 }, (_, index) => Math.sin(seed * 12.9898 + index * 78.233) * 2);
}
