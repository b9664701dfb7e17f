import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { statusFace } from '../../../src/host/status-bar.ts';
import { activated, eventually, folder, forgetModels, startTask, toolTexts, useModel, writeProject } from './rig.ts';

const place = (name: string) => path.join(folder(), name);

/** What find_relevant_files says to a task of its own. */
async function found(query: string): Promise<string> {
  const model = await useModel(({ index }) =>
    index === 0
      ? { calls: [{ name: 'find_relevant_files', args: { query } }] }
      : { calls: [{ name: 'finish_step', args: { summary: 'Looked.' } }] },
  );
  const task = await startTask(`Look for ${query}`, 'act');
  await task.end();
  return toolTexts(model.requests[1])[0] ?? '';
}

describe('the workspace index', () => {
  let indexed: () => number;
  beforeEach(async () => {
    await writeProject({ 'src/heron.ts': 'export const heron = 1;\n', 'notes.txt': 'otter\n' });
    const { index } = await activated();
    indexed = () => index.indexed();
    // A task has the core loaded, and with it the index.
    await found('heron');
    await eventually(() => indexed() === 2, `two files in the index, which has ${indexed()}`);
  });
  afterEach(forgetModels);

  it('follows what happens to files outside the editor', async () => {
    await writeFile(place('src/kingfisher.ts'), 'export const kingfisher = 2;\n');
    await eventually(() => indexed() === 3, 'the new file to be indexed');
    assert.match(
      await found('kingfisher'),
      /^src\/kingfisher\.ts \(path: kingfisher; text: kingfisher\)\n {2}1: export/,
    );
    await rename(place('src/kingfisher.ts'), place('src/halcyon.ts'));
    await rm(place('notes.txt'));
    await eventually(() => indexed() === 2, 'the deleted file to be gone');
    assert.match(await found('kingfisher'), /^src\/halcyon\.ts \(text: kingfisher\)/);
    assert.match(await found('otter'), /^No file has any word of this\./);
  });

  it('waits while somebody types, and the status bar says so', async () => {
    const { index } = await activated();
    const said: string[] = [];
    const listening = index.onChange(() => said.push(index.words()?.text ?? 'nothing'));
    const document = await vscode.workspace.openTextDocument(place('notes.txt'));
    const editor = await vscode.window.showTextDocument(document);
    try {
      const deadline = Date.now() + 60_000;
      await writeFile(place('src/late.ts'), 'export const late = 3;\n');
      while (!said.some((text) => /^Indexing waits \(you are typing\): \d+ of \d+ files$/.test(text))) {
        assert.ok(Date.now() < deadline, `it said only: ${said.join(' | ')}`);
        await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'x'));
        await sleep(100);
      }
      await eventually(() => indexed() === 3, 'the file to be indexed when nobody types any more');
      await eventually(() => index.words() === undefined, 'the status bar to have nothing more to say');
    } finally {
      listening.dispose();
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
  });

  it('shows how far it is in the one item of the status bar, behind what matters more', () => {
    const busy = { text: 'Indexing the workspace: 5 of 9 files', busy: true };
    assert.deepEqual(statusFace(0, 0, busy), {
      text: '$(sync~spin) OpenMagus',
      tooltip: 'Open the OpenMagus chat. Indexing the workspace: 5 of 9 files',
    });
    assert.deepEqual(statusFace(0, 1, busy), {
      text: '$(bell-dot) OpenMagus asks',
      tooltip: 'A task waits for your answer. Indexing the workspace: 5 of 9 files',
    });
    assert.equal(statusFace(0, 0, { ...busy, busy: false }).text, '$(sparkle) OpenMagus');
    assert.equal(statusFace(0, 0, undefined).tooltip, 'Open the OpenMagus chat');
  });
});
