import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { playScenario } from '../../support/scripted-model.ts';
import { folder, forgetModels, startTask, toolTexts, useModel } from './rig.ts';

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
});

/** A slow window opens before it has read its workspace file; its folders come a moment later. */
async function threeFolders(): Promise<void> {
  while (vscode.workspace.workspaceFolders?.length !== 3) {
    await new Promise<void>((resolve) => {
      const changed = vscode.workspace.onDidChangeWorkspaceFolders(() => {
        changed.dispose();
        resolve();
      });
    });
  }
}
