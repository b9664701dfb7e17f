import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated } from './rig.ts';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('activation', () => {
  it('gives the API of version 1', async () => {
    const api = await activated();
    assert.equal(api.version, 1);
    for (const name of ['startTask', 'tasks', 'onEvent', 'cancel'] as const) assert.equal(typeof api[name], 'function');
  });

  it('registers every command the manifest lists', async () => {
    await activated();
    const manifest = vscode.extensions.getExtension('openmagus.openmagus')?.packageJSON as Manifest | undefined;
    const listed = manifest?.contributes.commands ?? [];
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.ok(listed.length >= 10);
    assert.deepEqual(
      listed.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });

  it('opens its chat view and its list of tasks', async () => {
    await vscode.commands.executeCommand('openmagus.chat.focus');
    await vscode.commands.executeCommand('openmagus.tasks.focus');
    await vscode.commands.executeCommand('openmagus.newTask');
  });
});
