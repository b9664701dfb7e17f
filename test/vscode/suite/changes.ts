import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { playScenario } from '../../support/scripted-model.ts';
import {
  answering,
  eventually,
  type Followed,
  folder,
  forgetModels,
  startTask,
  textOf,
  toolTexts,
  unanswered,
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

  it('are undone to the byte, created files too, once the person has said yes', async () => {
    const task = await changed();
    assert.equal(await textOf('kept.txt'), 'first\r\n2nd\r\n');
    const undo = () => vscode.commands.executeCommand('openmagus.undoTask', task.taskId);
    const [asked] = await answering(false, undo);
    assert.match(asked?.title ?? '', /2 files/);
    assert.match(asked?.detail ?? '', /kept\.txt\nnew\/file\.txt/);
    assert.equal(await textOf('kept.txt'), 'first\r\n2nd\r\n');
    await answering(true, undo);
    assert.equal(await textOf('kept.txt'), before);
    assert.equal(existsSync(path.join(folder(), 'new', 'file.txt')), false);
  });

  it('are not undone where the user has changed the file since, not even in part', async () => {
    const task = await changed();
    await writeFile(path.join(folder(), 'kept.txt'), 'mine\n');
    await answering(true, () => unanswered('openmagus.undoTask', task.taskId));
    assert.equal(await textOf('kept.txt'), 'mine\n');
    assert.equal(await textOf('new/file.txt'), 'fresh\n');
  });

  it('can be exported with the task as Markdown', async () => {
    const task = await changed();
    await vscode.commands.executeCommand('openmagus.exportTask', task.taskId);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, 'markdown');
    for (const words of [/Change/, /kept\.txt/, /Changed\./]) assert.match(document.getText(), words);
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
