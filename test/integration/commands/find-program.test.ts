import assert from 'node:assert/strict';
import { chmod, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findProgram } from '../../../src/adapters/process/reader-environment.ts';
import { newFolder } from '../../unit/tools/files/file-rig.ts';

describe('a program by its name', () => {
  const { PATH } = process.env;
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  it('is never one of the workspace, not by a link either', async () => {
    const home = await realpath(await newFolder());
    const [root, own, linked] = ['work', 'own', 'linked'].map((name) => join(home, name)) as [string, string, string];
    for (const folder of [root, own, linked]) await mkdir(folder);
    for (const file of [join(root, 'deployer'), join(own, 'deployer')]) {
      await writeFile(file, '#!/bin/sh\n');
      await chmod(file, 0o755);
    }
    await symlink(join(root, 'deployer'), join(linked, 'deployer'));
    process.env['PATH'] = [root, linked].join(delimiter);
    assert.equal(await findProgram('deployer', [root]), undefined);
    process.env['PATH'] = [root, linked, own].join(delimiter);
    assert.equal(await findProgram('deployer', [root]), join(own, 'deployer'));
  });
});
