import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { playScenario } from '../../support/scripted-model.ts';
import {
  activated,
  answering,
  eventually,
  folder,
  forgetModels,
  startTask,
  textOf,
  toolTexts,
  unanswered,
  useModel,
} from './rig.ts';

const acting = ['edit_file', 'apply_patch', 'write_file', 'delete_file', 'move_file', 'run_command', 'propose_plan'];

describe('a window in Restricted Mode', () => {
  before(() => writeFile(path.join(folder(), 'notes.txt'), 'one\n'));
  afterEach(forgetModels);

  it('is what this window is', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  it('reads and answers, and offers the model nothing that acts', async () => {
    const model = await useModel(
      playScenario({
        turns: [
          { calls: [{ name: 'read_file', args: { path: 'notes.txt' } }] },
          { calls: [{ name: 'answer', args: { text: 'It says one.' } }] },
        ],
      }),
    );
    const task = await startTask('What do the notes say?', 'act');
    assert.equal(await task.end(), 'unverified');
    assert.equal(task.events('task-ended')[0]?.summary, 'It says one.');
    assert.match(toolTexts(model.requests.at(-1)).at(-1) ?? '', /one/);
    for (const tool of acting) assert.ok(!model.requests[0]?.tools.includes(tool), tool);
    assert.deepEqual(task.events('memory-learned'), []);
  });

  it('writes and runs nothing, even for a model that asks for it', async () => {
    const { desk } = await activated();
    const model = await useModel(
      playScenario({
        turns: [
          { calls: [{ name: 'write_file', args: { path: 'new.txt', content: 'x' } }] },
          { calls: [{ name: 'run_command', args: { command: 'touch ran.txt' } }] },
          { calls: [{ name: 'answer', args: { text: 'Nothing was done.' } }] },
        ],
      }),
    );
    const task = await startTask('Write something');
    await task.end();
    assert.deepEqual(desk.waiting(), []);
    for (const name of ['new.txt', 'ran.txt']) assert.equal(existsSync(path.join(folder(), name)), false, name);
    assert.equal(await textOf('notes.txt'), 'one\n');
    assert.ok(model.requests.length > 0);
  });

  it('heeds no setting of the workspace', async () => {
    await mkdir(path.join(folder(), '.vscode'), { recursive: true });
    const stolen = { 'openmagus.models': { baseURL: 'http://127.0.0.1:9/v1', model: 'stolen' }, 'editor.tabSize': 7 };
    await writeFile(path.join(folder(), '.vscode', 'settings.json'), JSON.stringify(stolen));
    const size = (): unknown => vscode.workspace.getConfiguration('editor').get('tabSize');
    await eventually(() => size() === 7, 'the settings of the workspace to be read');
    const api = await activated();
    await assert.rejects(api.startTask({ goal: 'Anything' }), /No model is configured/);
  });

  it('remembers, changes and forgets nothing', async () => {
    const api = await activated();
    const file = path.join(folder(), 'in.jsonl');
    await writeFile(file, JSON.stringify({ kind: 'fact', text: 'The heron nests.' }));
    await unanswered('openmagus.importMemories', vscode.Uri.file(file));
    const asked = await answering(true, () => unanswered('openmagus.forgetMemory', { all: true }));
    assert.deepEqual(asked, []);
    assert.deepEqual(await api.recall('heron'), []);
  });

  it('resumes nothing', async () => {
    await useModel(() => ({ status: 401, body: { error: { message: 'Incorrect API key provided' } } }));
    const task = await startTask('Anything');
    assert.equal(await task.end(), 'failed');
    await unanswered('openmagus.resumeTask', task.taskId);
    assert.deepEqual(task.events('task-resumed'), []);
  });
});
