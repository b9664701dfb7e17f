import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, forgetModels, useModel } from './rig.ts';

describe('a window without a folder', () => {
  afterEach(forgetModels);

  it('starts no task and says to open a folder', async () => {
    const api = await activated();
    assert.equal(vscode.workspace.workspaceFolders, undefined);
    await useModel(() => ({ text: 'Hm.' }));
    await assert.rejects(api.startTask({ goal: 'Anything' }), /Open Folder/);
    assert.deepEqual(await api.tasks(), []);
  });

  it('opens the chat all the same', async () => {
    await vscode.commands.executeCommand('openmagus.chat.focus');
  });
});
