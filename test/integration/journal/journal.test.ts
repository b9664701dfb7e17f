import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../../src/adapters/sqlite/open-database.ts';
import { fromSqlite } from '../../../src/adapters/sqlite/sqlite-error.ts';
import { createTaskStore } from '../../../src/adapters/sqlite/task-store.ts';
import { created, createJournalFolder, type JournalFolder, warning } from './journal-fixture.ts';

describe('journal on a real disk', () => {
  let folder: JournalFolder;
  beforeEach(async () => {
    folder = await createJournalFolder();
  });
  afterEach(() => folder.remove());

  it('loses no acknowledged event when its process is killed, and gives the task to the next one at once', async () => {
    let expected = 0;
    for (let round = 0; round < 5; round += 1) {
      const child = appendInChild(folder.file, 'a');
      while (child.acknowledged() < expected + 20) await once(child.process.stdout ?? child.process, 'data');
      child.process.kill('SIGKILL');
      await once(child.process, 'close');
      const journal = await folder.open();
      const events = await journal.log.read('a');
      assert.ok(events.length >= child.acknowledged(), `${events.length} kept of ${child.acknowledged()}`);
      assert.deepEqual(
        events.map(({ seq }) => seq),
        Array.from(events, (_, index) => index + 1),
      );
      expected = events.length;
      await journal.close();
    }
    assert.deepEqual(folder.warnings, []);
  });

  it('takes three writing processes at once, which end by themselves and say nothing on stderr', async () => {
    const children = ['a', 'b', 'c'].map((taskId) => appendInChild(folder.file, taskId, 100));
    const codes = await Promise.all(children.map(async (child) => (await once(child.process, 'close'))[0]));
    assert.deepEqual(
      children.map((child) => child.errors()),
      ['', '', ''],
    );
    assert.deepEqual(codes, [0, 0, 0]);
    const { log } = await folder.open();
    for (const taskId of ['a', 'b', 'c']) assert.equal((await log.read(taskId)).length, 100);
  });

  it('tells a holder whose lease was taken, and refuses what it still wants to append', async () => {
    const { log } = await folder.open();
    const lease = await log.acquire('a');
    await log.append('a', [created('goal')]);
    change(folder.file, "UPDATE lease SET token = 'another'");
    await assert.rejects(log.append('a', [warning('late')]), { code: 'LEASED' });
    assert.equal(lease.lost.aborted, true);
    assert.equal((await log.read('a')).length, 1);
  });

  it('knows at once, when asked, that its lease was taken', async () => {
    const { log } = await folder.open();
    const lease = await log.acquire('a');
    change(folder.file, "UPDATE lease SET token = 'another'");
    await assert.rejects(lease.confirm(), { code: 'LEASED' });
    assert.equal(lease.lost.aborted, true);
  });

  it('notices at a heartbeat that its lease was taken', async () => {
    const { log } = await folder.open();
    const lease = await log.acquire('a');
    change(folder.file, "UPDATE lease SET token = 'another'");
    if (!lease.lost.aborted) await once(lease.lost, 'abort');
  });

  it('takes a lease whose heartbeat stopped', async () => {
    const { log } = await folder.open();
    await log.acquire('a');
    change(folder.file, 'UPDATE lease SET beat_ms = beat_ms - 11000');
    await (await folder.open()).log.acquire('a');
  });

  for (const [what, damage] of [
    ['is no database', async (file: string) => writeFile(file, 'not a database at all '.repeat(100))],
    ['has been overwritten midway', overwriteMidway],
  ] as const) {
    it(`sets a file aside that ${what}, says so and goes on`, async () => {
      await damage(folder.file);
      const damaged = await readFile(folder.file);
      const { log } = await folder.open();
      await log.append('a', [created('goal')]);
      assert.equal((await log.read('a')).length, 1);
      const aside = (await readdir(dirname(folder.file))).find((name) => /\.damaged-[^.]*$/.test(name)) ?? '';
      assert.match(folder.warnings.join(), /was damaged\. It was kept as .*\.damaged-/);
      assert.ok(damaged.equals(await readFile(`${dirname(folder.file)}/${aside}`)));
    });
  }

  it('does not touch a file of a newer OpenMagus', async () => {
    await (await folder.open()).close();
    change(folder.file, 'PRAGMA user_version = 99');
    const before = await readFile(folder.file);
    await assert.rejects(folder.open(), { kind: 'configuration', code: 'NEWER_SCHEMA', message: /Update OpenMagus/ });
    assert.ok(before.equals(await readFile(folder.file)));
    assert.deepEqual(await readdir(dirname(folder.file)), ['journal.sqlite']);
  });

  it('says that the file is locked when it stays so', async () => {
    const { log } = await folder.open();
    const other = new DatabaseSync(folder.file);
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(log.append('a', [created('goal')]), { code: 'LOCKED', retryable: true, message: /is locked/ });
    other.exec('ROLLBACK');
    other.close();
    assert.equal((await log.append('a', [created('goal')]))[0]?.seq, 1);
  });

  it('says so, too, when it cannot be opened for a lock, and then leaves the file alone', async () => {
    await (await folder.open()).close();
    const other = new DatabaseSync(folder.file);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    await assert.rejects(folder.open(), { code: 'LOCKED' });
    other.close();
    await folder.open();
    assert.deepEqual(folder.warnings, []);
  });

  it('writes nothing by halves when the disk is full, and goes on when there is room', async () => {
    const { database } = openDatabase(folder.file);
    const store = createTaskStore(database, () => undefined);
    store.append({ taskId: 'a', events: [created('goal')] });
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
    database.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const append = () => store.append({ taskId: 'a', events: [warning('small'), warning('x'.repeat(100_000))] });
    assert.throws(
      () => {
        try {
          append();
        } catch (error) {
          throw fromSqlite(error, folder.file);
        }
      },
      { code: 'DISK_FULL', message: /is full/ },
    );
    assert.equal(store.read({ taskId: 'a', fromSeq: 1 }).length, 1);
    database.exec('PRAGMA max_page_count = 100000');
    assert.equal(append().firstSeq, 2);
    database.close();
  });

  it('finishes what was asked before closing, and answers nothing afterwards', async () => {
    const journal = await folder.open();
    const pending = [1, 2, 3].map((count) => journal.log.append('a', [warning(String(count))]));
    await Promise.all([journal.close(), journal.close()]);
    assert.deepEqual(
      (await Promise.all(pending)).flat().map(({ seq }) => seq),
      [1, 2, 3],
    );
    await assert.rejects(journal.log.read('a'), { code: 'JOURNAL_CLOSED' });
    assert.deepEqual(await readdir(dirname(folder.file)), ['journal.sqlite']);
  });

  it('is readable by its owner only', async () => {
    await folder.open();
    assert.equal((await stat(folder.file)).mode & 0o077, 0);
  });
});

function change(file: string, statement: string): void {
  const database = new DatabaseSync(file);
  database.exec(statement);
  database.close();
}

async function overwriteMidway(file: string): Promise<void> {
  const { database } = openDatabase(file);
  database.close();
  const bytes = await readFile(file);
  bytes.fill(0xa5, 4096, 4096 * 6);
  await writeFile(file, bytes);
}

function appendInChild(
  file: string,
  taskId: string,
  times = Infinity,
): { readonly process: ChildProcess; acknowledged(): number; errors(): string } {
  const script = fileURLToPath(new URL('appending-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, file, taskId, String(times)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  // Only whole lines count: the last one may have been cut by the kill.
  return { process: child, acknowledged: () => Number(output.split('\n').at(-2) ?? 0), errors: () => errors };
}
