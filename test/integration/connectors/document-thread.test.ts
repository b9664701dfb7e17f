import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { documentThread } from '../../../src/adapters/openapi/document-thread.ts';
import { shopApi } from '../../support/shop-api.ts';

const worker = path.resolve(import.meta.dirname, '../../../src/adapters/openapi/document-worker.ts');

describe('the thread that reads documents', function () {
  this.timeout(60_000);
  let folder: string;
  const sourceOf = async (name: string, content: string) => {
    const file = path.join(folder, name);
    await writeFile(file, content);
    return { source: { api: { name, spec: file }, file, stamp: name } };
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'magus-documents-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is ended where it does not come to an end, and begins anew', async () => {
    const endless = documentThread(new URL('data:text/javascript,for(;;);'), 100);
    const asked = await sourceOf('any', '{}');
    for (let times = 0; times < 2; times++) {
      const all = [endless.ask('facts', asked), endless.ask('search', { ...asked, query: 'x' })];
      const why = { code: 'NO_DOCUMENT', message: /more than a minute/ };
      await Promise.all(all.map((one) => assert.rejects(one, why)));
    }
  });

  it('reads a document again when it has changed, and holds few of them', async () => {
    const thread = documentThread(worker);
    const whole = JSON.stringify(shopApi('https://shop.example/v1'));
    const many = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => sourceOf(name, whole)));
    for (const asked of many) assert.equal((await thread.ask('facts', asked)).operations, 200);
    await Promise.all(many.map(({ source }) => writeFile(source.file, '{}')));
    // As long as nobody says that it is another one, what is held counts; what is not held is read.
    assert.equal((await thread.ask('facts', many[5] as (typeof many)[0])).operations, 200);
    await assert.rejects(thread.ask('facts', many[0] as (typeof many)[0]), { code: 'NOT_OPENAPI' });
    const changed = { source: { ...(many[5] as (typeof many)[0]).source, stamp: 'other' } };
    await assert.rejects(thread.ask('facts', changed), { code: 'NOT_OPENAPI' });
  });
});
