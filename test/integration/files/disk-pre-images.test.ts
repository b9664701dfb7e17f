import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskPreImages } from '../../../src/adapters/files/disk-pre-images.ts';
import type { SqliteJournal } from '../../../src/adapters/sqlite/sqlite-journal.ts';
import type { TaskEvent } from '../../../src/protocol/task-event.ts';
import { hash, newFolder } from '../../unit/tools/files/file-rig.ts';
import { created, createJournalFolder, type JournalFolder } from '../journal/journal-fixture.ts';

const ended: TaskEvent = {
  type: 'task-ended',
  status: 'verified',
  summary: '',
  usage: { inputTokens: 0, outputTokens: 0 },
};
/** Not to be compressed: takes three blocks of the disk. */
const content = (): Buffer => randomBytes(10_000);
const imageBytes = 3 * 4096;

describe('kept pre-images', () => {
  let journals: JournalFolder;
  let journal: SqliteJournal;
  let folder: string;
  beforeEach(async () => {
    journals = await createJournalFolder();
    journal = await journals.open();
    folder = await newFolder();
  });
  afterEach(async () => {
    await journals.remove();
    await rm(folder, { recursive: true });
  });

  const capped = (images: number) => diskPreImages(folder, hash, journal.log, images * imageBytes);
  type Kept = ReturnType<typeof capped>;

  /** Keeps as many new contents for a task, whose time is then set: a smaller one is older. */
  async function keepSome(kept: Kept, taskId: string, count: number, minute: number): Promise<readonly string[]> {
    const shas: string[] = [];
    for (let index = 0; index < count; index += 1) shas.push(await kept.keep(taskId, content()));
    const time = new Date(Date.UTC(2026, 0, 1, 0, minute));
    await utimes(join(folder, 'held-by', taskId), time, time);
    return shas;
  }

  async function present(kept: Kept, shas: readonly string[]): Promise<readonly boolean[]> {
    await kept.settle();
    return Promise.all(shas.map(async (sha) => (await kept.get(sha)) !== undefined));
  }

  it('come back as they were, and a damaged one does not', async () => {
    const kept = capped(100);
    const sha256 = await kept.keep('task', Buffer.from('hello'));
    assert.equal(sha256, hash.sha256('hello'));
    assert.equal(Buffer.from((await kept.get(sha256)) ?? []).toString(), 'hello');
    await writeFile(join(folder, sha256.slice(0, 2), sha256), 'broken');
    assert.equal(await kept.get(sha256), undefined);
    assert.equal(await kept.get('../../etc/passwd'), undefined);
  });

  it('say on disk who holds them, and lie there once however many do', async () => {
    const kept = capped(100);
    const shared = content();
    const sha = await kept.keep('one', shared);
    const other = await kept.keep('one', content());
    await diskPreImages(folder, hash, journal.log).keep('two', shared);
    assert.equal(await readFile(join(folder, 'held-by', 'one'), 'utf8'), `${sha}\n${other}\n`);
    assert.equal(await readFile(join(folder, 'held-by', 'two'), 'utf8'), `${sha}\n`);
    assert.equal((await stat(join(folder, 'blocks'))).size, 6);
  });

  it('go with the oldest ended task first; those of an open task stay, though they are older', async () => {
    for (const task of ['open', 'late', 'early']) await journal.log.append(task, [created('goal')]);
    for (const task of ['late', 'early']) await journal.log.append(task, [ended]);
    const kept = capped(8);
    const open = await keepSome(kept, 'open', 2, 1);
    const early = await keepSome(kept, 'early', 3, 2);
    const late = await keepSome(kept, 'late', 3, 3);
    const more = await keepSome(kept, 'open', 1, 1);
    assert.deepEqual(await present(kept, early), [false, false, false]);
    assert.deepEqual(await present(kept, [...open, ...late, ...more]), Array(6).fill(true));
    assert.equal((await stat(join(folder, 'blocks'))).size, 6 * 3);
  });

  it('stay when a younger task holds them as well', async () => {
    for (const task of ['old', 'young']) await journal.log.append(task, [created('goal'), ended]);
    const kept = capped(6);
    const shared = content();
    const sha = await kept.keep('old', shared);
    const alone = await keepSome(kept, 'old', 2, 1);
    await kept.keep('young', shared);
    const young = await keepSome(kept, 'young', 4, 2);
    assert.deepEqual(await present(kept, alone), [false, false]);
    assert.deepEqual(await present(kept, [sha, ...young]), Array(5).fill(true));
  });

  it('go first where the journal knows no such task', async () => {
    await journal.log.append('ended', [created('goal'), ended]);
    await journal.log.append('open', [created('goal')]);
    const former = diskPreImages(folder, hash, journal.log);
    const unknown = await keepSome(former, 'unknown', 2, 9);
    const kept = capped(6);
    const known = await keepSome(kept, 'ended', 3, 1);
    const open = await keepSome(kept, 'open', 2, 5);
    assert.deepEqual(await present(kept, [...unknown]), [false, false]);
    assert.deepEqual(await present(kept, [...known, ...open]), Array(5).fill(true));
  });

  it('go from open tasks only when nothing else is left, the oldest first and never the one just kept', async () => {
    for (const task of ['first', 'second']) await journal.log.append(task, [created('goal')]);
    const kept = capped(4);
    const first = await keepSome(kept, 'first', 2, 1);
    const second = await keepSome(kept, 'second', 3, 2);
    assert.deepEqual(await present(kept, first), [false, false]);
    assert.deepEqual(await present(kept, second), [true, true, true]);
    const small = capped(1);
    const [last = ''] = await keepSome(small, 'second', 1, 2);
    assert.deepEqual(await present(small, second), [false, false, false]);
    assert.deepEqual(await present(small, [last]), [true]);
  });

  it('count what other processes have kept, and stay usable after a kill between two files', async () => {
    await journal.log.append('ended', [created('goal'), ended]);
    await journal.log.append('open', [created('goal')]);
    const theirs = await keepSome(diskPreImages(folder, hash, journal.log), 'ended', 4, 1);
    await rm(join(folder, 'held-by', 'ended'));
    const kept = capped(4);
    const own = await keepSome(kept, 'open', 1, 2);
    assert.deepEqual(await present(kept, own), [true]);
    assert.equal((await present(kept, theirs)).filter(Boolean).length, 2);
  });
});
