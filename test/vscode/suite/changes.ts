import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { playScenario } from '../../support/scripted-model.ts';
import {
  eventually,
  type Followed,
  folder,
  forgetModels,
  startTask,
  textOf,
  toolTexts,
  useModel,
  writeProject,
} from './rig.ts';

const before = 'first\r\nsecond\r\n';
const calls = [
  { name: 'read_file', args: { path: 'kept.txt' } },
  { name: 'edit_file', args: { path: 'kept.txt', edits: [{ old_text: 'second', new_text: '2nd' }] } },
  { name: 'write_file', args: { path: 'new/file.txt', content: 'fresh\n' } },
  { name: 'finish_step', args: { summary: 'Changed.', evidence: '' } },
];

describe('changes of a task', () => {
  beforeEach(() => writeProject({ 'kept.txt': before }));
  afterEach(forgetModels);

  it('are shown side by side', async () => {
    const task = await changed();
    await vscode.commands.executeCommand('openmagus.reviewChanges', task.taskId);
    await eventually(
      () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.startsWith('OpenMagus'))),
      'the multi-file diff',
    );
  });

  it('are undone to the byte, created files too', async () => {
    const task = await changed();
    assert.equal(await textOf('kept.txt'), 'first\r\n2nd\r\n');
    await confirmed(vscode.commands.executeCommand('openmagus.undoTask', task.taskId));
    await eventually(async () => (await textOf('kept.txt')) === before, 'the former content');
    await eventually(() => !existsSync(path.join(folder(), 'new', 'file.txt')), 'the created file to be gone');
  });

  it('are not undone where the user has changed the file since', async () => {
    const task = await changed();
    await writeFile(path.join(folder(), 'kept.txt'), 'mine\n');
    await Promise.race([
      confirmed(vscode.commands.executeCommand('openmagus.undoTask', task.taskId)),
      new Promise((resolve) => setTimeout(resolve, 1500)),
    ]);
    assert.equal(await textOf('kept.txt'), 'mine\n');
  });

  it('never overwrite text that is not saved yet', async () => {
    const document = await vscode.workspace.openTextDocument(path.join(folder(), 'kept.txt'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), 'unsaved '));
    const model = await useModel(playScenario({ turns: calls.slice(0, 2).map((call) => ({ calls: [call] })) }));
    await (await startTask('Change', 'act')).end();
    assert.ok(document.isDirty);
    assert.equal(await textOf('kept.txt'), before);
    assert.match(toolTexts(model.requests.at(-1)).join('\n'), /unsaved/i);
  });
});

async function changed(): Promise<Followed> {
  await useModel(playScenario({ turns: calls.map((call) => ({ calls: [call] })) }));
  const task = await startTask('Change', 'act');
  assert.equal(await task.end(), 'unverified');
  return task;
}

/** Says yes in the preview that shows a refactoring, should it come up. */
async function confirmed(command: Thenable<unknown>): Promise<void> {
  let done = false;
  const ending = Promise.resolve(command).finally(() => {
    done = true;
  });
  const apply = async (): Promise<void> => {
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      await Promise.resolve(vscode.commands.executeCommand('refactorPreview.apply')).catch(() => undefined);
    }
  };
  await Promise.race([ending, apply()]);
  await ending;
}
