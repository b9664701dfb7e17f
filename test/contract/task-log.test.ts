import assert from 'node:assert/strict';
import type { TaskLog } from '../../src/core/ports.ts';
import { created, createJournalFolder, type JournalFolder, warning } from '../integration/journal/journal-fixture.ts';

const ended = {
  type: 'task-ended',
  status: 'verified',
  summary: '',
  usage: { inputTokens: 1, outputTokens: 1 },
} as const;

describe('TaskLog, kept in SQLite', () => {
  let folder: JournalFolder;
  let log: TaskLog;
  beforeEach(async () => {
    folder = await createJournalFolder();
    log = (await folder.open()).log;
  });
  afterEach(() => folder.remove());

  it('numbers the events of each task from 1 without gaps', async () => {
    const first = await log.append('a', [created('goal'), warning('one')]);
    await log.append('b', [created('other')]);
    const second = await log.append('a', [warning('two')]);
    assert.deepEqual(
      [...first, ...second].map(({ seq }) => seq),
      [1, 2, 3],
    );
    assert.deepEqual(await log.read('a'), [...first, ...second]);
    assert.deepEqual(await log.read('a', 3), second);
    assert.deepEqual(await log.read('unknown'), []);
  });

  it('keeps the order of appends that were not awaited', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => log.append('a', [warning(String(index))])));
    const events = await log.read('a');
    assert.deepEqual(
      events.map(({ seq, event }) => [seq, event]),
      Array.from({ length: 50 }, (_, index) => [index + 1, warning(String(index))]),
    );
  });

  it('gives back any text exactly as it was, and takes an empty append for nothing', async () => {
    const event = warning('NUL \0, half of a pair \ud83d, "quotes" and 修复');
    await log.append('a', [event]);
    assert.deepEqual(await log.append('a', []), []);
    assert.deepEqual((await log.read('a'))[0]?.event, event);
  });

  it('summarises tasks, newest first, and filters them', async () => {
    await log.append('a', [created('Refactor the parser', ['/x', '/y'])]);
    await log.append('b', [created('Fix login \0 "AND ( NEAR'), ended]);
    const tasks = await log.tasks({});
    assert.deepEqual(
      tasks.map(({ taskId, lastSeq, status }) => ({ taskId, lastSeq, status })),
      [
        { taskId: 'b', lastSeq: 2, status: 'verified' },
        { taskId: 'a', lastSeq: 1, status: undefined },
      ],
    );
    const found = async (query: Parameters<TaskLog['tasks']>[0]) =>
      (await log.tasks(query)).map(({ taskId }) => taskId);
    assert.deepEqual(await found({ workspace: '/x:/y' }), ['a']);
    assert.deepEqual(await found({ text: 'refactoring' }), ['a']);
    assert.deepEqual(await found({ text: 'logi' }), ['b']);
    assert.deepEqual(await found({ text: '"AND* ( NEAR' }), ['b']);
    assert.deepEqual(await found({ text: '((' }), []);
    assert.deepEqual(await found({ limit: 1 }), ['b']);
  });

  it('shows a task that was resumed as not ended', async () => {
    await log.append('a', [created('goal'), ended, { type: 'task-resumed', approve: 'ask', limits: { maxTurns: 5 } }]);
    assert.equal((await log.tasks({}))[0]?.status, undefined);
  });

  it('lets one writer at a time hold a task, until it is released', async () => {
    const other = await folder.open();
    const lease = await log.acquire('a');
    await assert.rejects(log.acquire('a'), { kind: 'user-input', code: 'LEASED' });
    await assert.rejects(other.log.acquire('a'), { kind: 'user-input', code: 'LEASED' });
    await lease.release();
    await lease.release();
    await (await other.log.acquire('a')).release();
    assert.equal(lease.lost.aborted, false);
  });

  it('takes events of a held task from its holder alone', async () => {
    const other = await folder.open();
    await log.append('a', [created('goal')]);
    const lease = await log.acquire('a');
    await assert.rejects(other.log.append('a', [warning('not mine')]), { kind: 'user-input', code: 'LEASED' });
    assert.equal((await log.append('a', [warning('mine')]))[0]?.seq, 2);
    const { untilMs } = await lease.confirm();
    assert.ok(untilMs > Date.now() && untilMs <= Date.now() + 10_000);
    await lease.release();
    await assert.rejects(lease.confirm(), { code: 'LEASED' });
    assert.equal((await other.log.append('a', [warning('free again')]))[0]?.seq, 3);
  });

  it('releases on closing what was still held', async () => {
    const other = await folder.open();
    const lease = await other.log.acquire('a');
    await other.close();
    await lease.release();
    await log.acquire('a');
  });
});
