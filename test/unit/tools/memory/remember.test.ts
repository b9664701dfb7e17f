import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { remember } from '../../../../src/tools/memory/remember.ts';
import { fileRig } from '../files/file-rig.ts';

describe('remembering a fact', () => {
  it('reads the files that it cites, so that those outside and those with secrets are asked for', async () => {
    const { root, ports, scope } = await fileRig();
    await writeFile(path.join(root, '.env'), 'A=1\n');
    const effects = await remember.effects(ports, scope, { text: 'x', cites: ['a.ts:12', '/etc/hosts:1-3', '.env'] });
    assert.deepEqual(effects, [
      { verb: 'remember', object: 'x', zone: 'workspace' },
      { verb: 'read', object: path.join(root, 'a.ts'), zone: 'workspace' },
      { verb: 'read', object: '/etc/hosts', zone: 'outside' },
      { verb: 'read', object: path.join(root, '.env'), zone: 'workspace', protects: 'a file that holds secrets' },
    ]);
  });
});
