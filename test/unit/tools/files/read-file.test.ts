import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFile } from '../../../../src/tools/files/read-file.ts';
import { type FileRig, fileRig, hash } from './file-rig.ts';

describe('read_file', () => {
  let rig: FileRig;
  beforeEach(async () => {
    rig = await fileRig();
  });

  it('numbers the lines and remembers what was seen', async () => {
    await writeFile(join(rig.root, 'a.txt'), 'one\r\ntwo\r\n');
    const { content } = await rig.call(readFile, { path: 'a.txt' });
    const sha256 = hash.sha256('one\r\ntwo\r\n');
    assert.equal(content, `a.txt: lines 1-2 of 2; eol CRLF; sha256 ${sha256}\n1\tone\n2\ttwo`);
    assert.equal(rig.scope.seen.get(join(rig.root, 'a.txt')), sha256);
  });

  it('shows a range and where it goes on', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index + 1}`);
    await writeFile(join(rig.root, 'a.txt'), `${lines.join('\n')}\n`);
    const part = await rig.call(readFile, { path: 'a.txt', start_line: 10, end_line: 12 });
    assert.match(part.content, /lines 10-12 of 5000[^\n]*\n10\tline 10\n11\tline 11\n12\tline 12$/);
    const all = await rig.call(readFile, { path: 'a.txt' });
    assert.match(all.content, /start_line 2001/);
  });

  it('cuts a single endless line', async () => {
    await writeFile(join(rig.root, 'a.js'), 'x'.repeat(100_000));
    const { content } = await rig.call(readFile, { path: 'a.js' });
    assert.ok(content.length < 49_000);
    assert.match(content, /line cut, 100000 characters/);
  });

  it('decodes UTF-16 and names the BOM', async () => {
    await writeFile(join(rig.root, 'a.txt'), Buffer.from('\uFEFFgrün\n', 'utf16le'));
    const { content } = await rig.call(readFile, { path: 'a.txt' });
    assert.match(content, /utf-16le; BOM/);
    assert.match(content, /1\tgrün/);
  });

  it('says that a binary file is binary, that an empty file is empty', async () => {
    await writeFile(join(rig.root, 'a.bin'), Buffer.from([1, 0, 2, 255]));
    await writeFile(join(rig.root, 'empty'), '');
    assert.match((await rig.call(readFile, { path: 'a.bin' })).content, /is binary \(4 bytes/);
    assert.match((await rig.call(readFile, { path: 'empty' })).content, /: empty;/);
  });

  it('refuses what is too large, missing or a folder', async () => {
    await writeFile(join(rig.root, 'large'), '');
    await truncate(join(rig.root, 'large'), 200 * 1024 * 1024);
    await assert.rejects(rig.call(readFile, { path: 'large' }), { code: 'TOO_LARGE', message: /search_text/ });
    await assert.rejects(rig.call(readFile, { path: 'none' }), { code: 'NOT_FOUND' });
    await assert.rejects(rig.call(readFile, { path: '.' }), { code: 'UNREADABLE' });
  });
});
