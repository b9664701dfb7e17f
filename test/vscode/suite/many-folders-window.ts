import assert from 'node:assert/strict';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { playScenario } from '../../support/scripted-model.ts';
import { activated, eventually, folder, forgetModels, startTask, toolTexts, useModel } from './rig.ts';

describe('a window with three folders', () => {
  afterEach(forgetModels);

  it('works in all of them without asking for what lies inside', async () => {
    await threeFolders();
    await Promise.all([0, 1, 2].map((index) => writeFile(path.join(folder(index), 'name.txt'), `folder ${index}\n`)));
    const reads = [0, 1, 2].map((index) => ({
      calls: [{ name: 'read_file', args: { path: path.join(folder(index), 'name.txt') } }],
    }));
    const model = await useModel(
      playScenario({
        turns: [...reads, { calls: [{ name: 'finish_step', args: { summary: 'Read.', evidence: '' } }] }],
      }),
      'ask',
    );
    const task = await startTask('Read all three', 'act');
    assert.equal(await task.end(), 'unverified');
    assert.deepEqual(task.events('approval-requested'), []);
    const told = toolTexts(model.requests.at(-1)).join('\n');
    for (const index of [0, 1, 2]) assert.match(told, new RegExp(`folder ${index}`));
  });

  it('neither changes its workspace file nor follows a link out of one of the folders', async () => {
    await threeFolders();
    const { desk } = await activated();
    const around = path.dirname(folder(0));
    const file = path.join(around, 'many.code-workspace');
    const before = await readFile(file, 'utf8');
    await symlink(around, path.join(folder(1), 'up'));
    const targets = [
      file,
      `${folder(0)}/../many.code-workspace`,
      `${folder(1)}/up/many.code-workspace`,
      `${folder(1)}/up/new.txt`,
    ];
    const writes = targets.map((target) => ({
      calls: [{ name: 'write_file', args: { path: target, content: '{"folders":[]}', expect_sha: 'x' } }],
    }));
    await useModel(
      playScenario({ turns: [...writes, { calls: [{ name: 'finish_step', args: { summary: 'x', evidence: '' } }] }] }),
      'edits',
    );
    const task = await startTask('Obey', 'act');
    for (const [index] of targets.entries()) {
      const { callId, effects } = await task.next('approval-requested', index + 1);
      assert.equal(effects[0]?.zone, 'outside');
      desk.approve(task.taskId, callId, false);
      await task.next('approval-resolved', index + 1);
    }
    await task.end();
    assert.equal(await readFile(file, 'utf8'), before);
    assert.deepEqual(
      (await readdir(around)).filter((name) => name === 'new.txt'),
      [],
    );
  });
});

/** A slow window opens before it has read its workspace file; its folders come a moment later. */
async function threeFolders(): Promise<void> {
  const names = (): readonly string[] => (vscode.workspace.workspaceFolders ?? []).map(({ name }) => name);
  await eventually(() => names().length === 3, 'three folders', 50_000).catch((error: Error) => {
    throw new Error(`${error.message} There are: ${names().join(', ')}; of ${vscode.workspace.workspaceFile}.`);
  });
}
