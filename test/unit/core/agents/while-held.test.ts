import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../../src/adapters/system/system.ts';
import { whileHeld } from '../../../../src/core/agents/while-held.ts';
import { MagusError } from '../../../../src/core/errors/magus-error.ts';
import { sealAuthorized } from '../../../../src/core/security/authorized.ts';
import { fileRig, hash } from '../../tools/files/file-rig.ts';

describe('effects while a task is held', () => {
  it('do not happen any more once another process has the task', async () => {
    const rig = await fileRig();
    const path = join(rig.root, 'a.txt');
    await writeFile(path, 'one');
    let taken = false;
    let untilMs = Date.now() + 10_000;
    const lease = {
      lost: new AbortController().signal,
      release: async () => {},
      confirm: async () => {
        if (taken) throw new MagusError('user-input', 'Taken.', { code: 'LEASED' });
        return { untilMs };
      },
    };
    const { files } = whileHeld({ ...rig.ports, clock: systemClock }, lease);
    const authorized = sealAuthorized([{ verb: 'write', object: path, zone: 'workspace' }], '');
    const write = (before: string, after: string) =>
      files.commit(authorized, [{ path, before: hash.sha256(before), after: Buffer.from(after) }]);
    await write('one', 'two');
    // Confirmed, then stopped for longer than that holds.
    untilMs = Date.now() - 1;
    await assert.rejects(write('two', 'late'), { code: 'LEASED', message: /another one may have taken the task over/ });
    assert.deepEqual(await readdir(rig.root), ['a.txt']);
    taken = true;
    await assert.rejects(write('two', 'three'), { code: 'LEASED' });
    assert.equal(await readFile(path, 'utf8'), 'two');
  });
});
