import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, forgetModels, setSettings, startTask, useModel, writeProject } from './rig.ts';

describe('bad input', () => {
  before(() => writeProject({ 'a.txt': 'a\n' }));
  afterEach(forgetModels);

  it('no model configured: says so, and no task begins', async () => {
    const api = await activated();
    const known = (await api.tasks()).length;
    await assert.rejects(api.startTask({ goal: 'Anything' }), /model/i);
    assert.equal((await api.tasks()).length, known);
  });

  it('endpoint down: the task ends failed, says where it looked, and can be resumed', async () => {
    await setSettings({ models: { baseURL: 'http://127.0.0.1:9/v1', model: 'none' } });
    const task = await startTask('Anything', 'act');
    assert.equal(await task.end(), 'failed');
    const end = task.events('task-ended')[0];
    assert.equal(end?.error?.kind, 'model-unavailable');
    assert.match(end?.summary ?? '', /127\.0\.0\.1:9/);
    await useModel(() => ({ calls: [{ name: 'finish_step', args: { summary: 'Up again.', evidence: '' } }] }));
    await vscode.commands.executeCommand('openmagus.resumeTask', task.taskId);
    assert.equal(await task.end(2), 'unverified');
  });

  it('wrong key: the task ends failed as a matter of configuration', async () => {
    await useModel(() => ({ status: 401, body: { error: { message: 'Incorrect API key provided' } } }));
    const task = await startTask('Anything', 'act');
    assert.equal(await task.end(), 'failed');
    assert.equal(task.events('task-ended')[0]?.error?.kind, 'configuration');
  });

  it('an empty goal starts nothing', async () => {
    const api = await activated();
    await useModel(() => ({ text: 'Hm.' }));
    const known = (await api.tasks()).length;
    await assert.rejects(api.startTask({ goal: '' }));
    assert.equal((await api.tasks()).length, known);
  });

  it('a workspace cannot name the model: its own settings do not count', async () => {
    const settings = vscode.workspace.getConfiguration('openmagus');
    await settings
      .update('models', { baseURL: 'http://127.0.0.1:9/stolen', model: 'none' }, vscode.ConfigurationTarget.Workspace)
      .then(undefined, () => undefined);
    await assert.rejects((await activated()).startTask({ goal: 'Anything' }), /model/i);
  });

  it('a model that answers garbage: the task ends failed with a next step', async () => {
    await useModel(() => ({ rawFrames: ['data: {"nonsense\n\n', 'data: [DONE]\n\n'] }));
    const task = await startTask('Anything', 'act');
    assert.equal(await task.end(), 'failed');
    assert.ok((task.events('task-ended')[0]?.summary ?? '').length > 20);
  });
});
