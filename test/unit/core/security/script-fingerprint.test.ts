import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scriptEffects } from '../../../../src/core/security/script-fingerprint.ts';
import { fileRig } from '../../tools/files/file-rig.ts';

describe('what a command runs by a file of the workspace', () => {
  const fingerprint = async (
    command: string,
    name: string,
    contents: readonly string[],
  ): Promise<readonly unknown[]> => {
    const rig = await fileRig();
    const found: unknown[] = [];
    for (const content of contents) {
      await writeFile(path.join(rig.root, name), content);
      const place = { cwd: rig.root, roots: [rig.root] };
      found.push((await scriptEffects(rig.ports, [{ words: command.split(' ') }], place))[0]?.content);
    }
    return found;
  };

  it('changes with the scripts of package.json, not with the rest of it', async () => {
    const [first, same, other] = await fingerprint('npm test', 'package.json', [
      '{"version":"1","scripts":{"test":"a"}}',
      '{"version":"2","scripts":{"test":"a"}}',
      '{"version":"2","scripts":{"test":"b"}}',
    ]);
    assert.notEqual(first, undefined);
    assert.equal(first, same);
    assert.notEqual(first, other);
  });

  it('changes with a Makefile, also through a wrapper', async () => {
    const [first, other] = await fingerprint('env make all', 'Makefile', ['all:\n\ta\n', 'all:\n\tb\n']);
    assert.notEqual(first, undefined);
    assert.notEqual(first, other);
  });

  it('is nothing where no such program runs', async () => {
    assert.deepEqual(await fingerprint('node make.js', 'Makefile', ['a']), [undefined]);
  });
});
