import assert from 'node:assert/strict';
import { chmod, readFile as readContent, stat, writeFile as writeContent } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteFile } from '../../../../src/tools/files/delete-file.ts';
import { moveFile } from '../../../../src/tools/files/move-file.ts';
import { readFile } from '../../../../src/tools/files/read-file.ts';
import { undoEdits } from '../../../../src/tools/files/undo-edits.ts';
import { writeFile } from '../../../../src/tools/files/write-file.ts';
import { type FileRig, fileRig } from './file-rig.ts';

describe('undo_edits', () => {
  let rig: FileRig;
  const at = (path: string): string => join(rig.root, path);
  beforeEach(async () => {
    rig = await fileRig();
    await writeContent(at('a.txt'), 'first\n');
    await writeContent(at('b.txt'), 'other\n');
    await rig.call(readFile, { path: 'a.txt' });
    await rig.call(writeFile, { path: 'a.txt', content: 'second\n' });
    await rig.call(writeFile, { path: 'a.txt', content: 'third\n' });
    await rig.call(writeFile, { path: 'new.txt', content: 'new\n' });
    await rig.call(deleteFile, { path: 'b.txt' });
  });

  it('brings everything back to before the task, once', async () => {
    await rig.call(undoEdits, {});
    assert.equal(await readContent(at('a.txt'), 'utf8'), 'first\n');
    assert.equal(await readContent(at('b.txt'), 'utf8'), 'other\n');
    assert.equal((await rig.ports.files.facts(at('new.txt'))).kind, 'none');
    assert.match((await rig.call(undoEdits, {})).content, /Nothing to undo/);
  });

  it('brings back the permissions of what was deleted or moved', async () => {
    for (const [name, mode] of [
      ['run.sh', 0o751],
      ['key.pem', 0o600],
    ] as const) {
      await writeContent(at(name), `${name}\n`);
      await chmod(at(name), mode);
    }
    await rig.call(deleteFile, { path: 'key.pem' });
    await rig.call(moveFile, { from: 'run.sh', to: 'bin/run.sh' });
    await rig.call(writeFile, { path: 'bin/run.sh', content: 'changed\n' });
    await rig.call(undoEdits, {});
    assert.equal(await readContent(at('run.sh'), 'utf8'), 'run.sh\n');
    assert.equal((await stat(at('run.sh'))).mode & 0o7777, 0o751);
    assert.equal((await stat(at('key.pem'))).mode & 0o7777, 0o600);
  });

  it('undoes only the given paths', async () => {
    await rig.call(undoEdits, { paths: ['new.txt'] });
    assert.equal(await readContent(at('a.txt'), 'utf8'), 'third\n');
    await assert.rejects(rig.call(undoEdits, { paths: ['never.txt'] }), { code: 'NOT_FOUND' });
  });

  it("never overwrites somebody else's change, and shows it", async () => {
    await writeContent(at('a.txt'), 'mine\n');
    await assert.rejects(rig.call(undoEdits, {}), { code: 'STALE', message: /-third\n\+mine/ });
    assert.equal(await readContent(at('a.txt'), 'utf8'), 'mine\n');
    assert.equal(await readContent(at('new.txt'), 'utf8'), 'new\n');
  });
});
