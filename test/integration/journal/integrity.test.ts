import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, open, readdir, readFile, rename, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { created, createJournalFolder, type JournalFolder, warning } from './journal-fixture.ts';

describe('the look through a journal when it is opened', () => {
  let folder: JournalFolder;
  beforeEach(async () => {
    folder = await createJournalFolder();
    const { log, close } = await folder.open();
    await log.append('small', [created('goal')]);
    // Big enough not to be looked through at every opening.
    await log.append('big', [created('goal'), warning('x'.repeat(20_000_000))]);
    await close();
    await (await folder.open()).close();
  });
  afterEach(() => folder.remove());

  const note = (): string => `${folder.file}-checked`;
  async function damage(): Promise<void> {
    const { size, mtime } = await stat(folder.file);
    const file = await open(folder.file, 'r+');
    await file.write(Buffer.alloc(8192, 0xa5), 0, 8192, Math.floor(size / 2 / 4096) * 4096);
    await file.close();
    await utimes(folder.file, mtime, mtime);
  }
  async function assertSetAside(): Promise<void> {
    const { log } = await folder.open();
    assert.deepEqual(await log.read('small'), []);
    assert.match(folder.warnings.join(), /was damaged\. It was kept as/);
    assert.ok((await readdir(dirname(folder.file))).some((name) => /\.damaged-[^.]*$/.test(name)));
    assert.equal(existsSync(note()), false);
  }

  it('is spared for a day after one that found nothing', async () => {
    assert.equal(await readFile(note(), 'utf8'), String((await stat(folder.file)).ino));
    await damage();
    const { log } = await folder.open();
    assert.equal((await log.read('small')).length, 1);
    assert.deepEqual(folder.warnings, []);
  });

  it('comes after damage was met, which the one who met it is told', async () => {
    await damage();
    const { log, close } = await folder.open();
    await assert.rejects(log.read('big'), { code: 'DAMAGED', message: /Restart OpenMagus: it sets the file aside/ });
    await close();
    await assertSetAside();
  });

  it('comes after a day', async () => {
    await damage();
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    await utimes(note(), twoDaysAgo, twoDaysAgo);
    await assertSetAside();
  });

  it('comes when the file is another one', async () => {
    await damage();
    await copyFile(folder.file, `${folder.file}.copy`);
    await rename(`${folder.file}.copy`, folder.file);
    await assertSetAside();
  });
});
