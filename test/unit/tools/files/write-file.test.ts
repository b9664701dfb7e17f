import assert from 'node:assert/strict';
import { readFile as readContent, symlink, writeFile as writeContent } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteFile } from '../../../../src/tools/files/delete-file.ts';
import { moveFile } from '../../../../src/tools/files/move-file.ts';
import { readFile } from '../../../../src/tools/files/read-file.ts';
import { writeFile } from '../../../../src/tools/files/write-file.ts';
import { type FileRig, fileRig, newFolder } from './file-rig.ts';

describe('write_file, delete_file and move_file', () => {
  let rig: FileRig;
  const at = (path: string): string => join(rig.root, path);
  beforeEach(async () => {
    rig = await fileRig();
  });

  it('creates a file with its folders and announces the change first', async () => {
    const result = await rig.call(writeFile, { path: 'src/deep/a.ts', content: 'one\n' });
    assert.equal(await readContent(at('src/deep/a.ts'), 'utf8'), 'one\n');
    assert.deepEqual(rig.events.at(0), { type: 'files-changing', callId: 'call', changes: result.changes });
  });

  it('overwrites only what was seen as it is', async () => {
    await writeContent(at('a.txt'), 'one\r\n');
    await assert.rejects(rig.call(writeFile, { path: 'a.txt', content: 'two\n' }), {
      code: 'STALE',
      message: /read it first/i,
    });
    await rig.call(readFile, { path: 'a.txt' });
    await rig.call(writeFile, { path: 'a.txt', content: 'two\n' });
    assert.equal(await readContent(at('a.txt'), 'utf8'), 'two\r\n');
    await rig.call(writeFile, { path: 'a.txt', content: 'three\n' });
    await writeContent(at('a.txt'), 'by somebody else');
    await assert.rejects(rig.call(writeFile, { path: 'a.txt', content: 'four\n' }), { code: 'STALE' });
    assert.equal(await readContent(at('a.txt'), 'utf8'), 'by somebody else');
  });

  it('says so when the content is there already', async () => {
    await writeContent(at('a.txt'), 'one\n');
    const result = await rig.call(writeFile, { path: 'a.txt', content: 'one\n' });
    assert.match(result.content, /already has this content/);
    assert.equal(rig.events.length, 0);
  });

  it('refuses a file with unsaved changes in the editor', async () => {
    rig.unsaved = [at('a.txt')];
    await assert.rejects(rig.call(writeFile, { path: 'a.txt', content: 'x' }), { code: 'UNSAVED' });
  });

  it('names the real target of a link as outside', async () => {
    const outside = await newFolder();
    await symlink(outside, at('link'));
    const effects = await writeFile.effects(rig.ports, rig.scope, { path: 'link/a.txt', content: '' });
    assert.deepEqual(
      effects.map(({ object, zone }) => ({ object, zone })),
      [{ object: join(outside, 'a.txt'), zone: 'outside' }],
    );
  });

  it('moves, never onto something, and deletes', async () => {
    await writeContent(at('a.sh'), 'run\n', { mode: 0o755 });
    await writeContent(at('b.sh'), '');
    await assert.rejects(rig.call(moveFile, { from: 'a.sh', to: 'b.sh' }), { code: 'EXISTS' });
    await rig.call(moveFile, { from: 'a.sh', to: 'bin/a.sh' });
    assert.equal((await rig.ports.files.facts(at('a.sh'))).kind, 'none');
    await rig.call(deleteFile, { path: 'bin/a.sh' });
    assert.equal((await rig.ports.files.facts(at('bin/a.sh'))).kind, 'none');
  });
});
