import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { playScenario } from '../../support/scripted-model.ts';
import { activated, eventually, folder, forgetModels, startTask, textOf, useModel, writeProject } from './rig.ts';

const finish = { name: 'finish_step', args: { summary: 'Done.', evidence: '' } };

describe('cancel and resume', () => {
  beforeEach(() => writeProject({ 'notes.txt': 'one\n' }));
  afterEach(forgetModels);

  it('ends a running command and its children within two seconds', async () => {
    const command = 'sh -c "echo \\$\\$ > pid; exec sleep 300" & wait';
    await useModel(playScenario({ turns: [{ calls: [{ name: 'run_command', args: { command } }] }] }));
    const { desk, cancel } = await activated();
    const task = await startTask('Sleep', 'act');
    await eventually(() => {
      const asked = task.events('approval-requested')[0];
      if (asked && task.events('approval-resolved').length === 0) desk.approve(task.taskId, asked.callId, true);
      return existsSync(path.join(folder(), 'pid'));
    }, 'the command to run');
    let pid = 0;
    await eventually(async () => {
      pid = Number(await readFile(path.join(folder(), 'pid'), 'utf8'));
      return pid > 1;
    }, 'its pid');
    const from = Date.now();
    cancel(task.taskId);
    await eventually(() => !isAlive(pid), 'the command to be gone', 5000);
    const took = Date.now() - from;
    assert.ok(took < 2000, `took ${took} ms`);
    assert.equal(await task.end(), 'cancelled');
  });

  it('stops waiting for a model that says nothing', async () => {
    const model = await useModel(() => ({ text: 'Well', silence: true }));
    const task = await startTask('Wait', 'act');
    await eventually(() => model.requests.length === 1, 'the request');
    (await activated()).cancel(task.taskId);
    assert.equal(await task.end(), 'cancelled');
    await eventually(() => model.requests[0]?.abandonedAt !== undefined, 'the socket to be closed');
  });

  it('cancels by the command, while a person is asked', async () => {
    const { desk } = await activated();
    const write = { name: 'write_file', args: { path: 'new.txt', content: 'x' } };
    await useModel(playScenario({ turns: [{ calls: [write] }] }), 'ask');
    const task = await startTask('Write', 'act');
    await task.next('approval-requested');
    await vscode.commands.executeCommand('openmagus.cancelTask', task.taskId);
    assert.equal(await task.end(), 'cancelled');
    assert.deepEqual(desk.waiting(), []);
    assert.equal(existsSync(path.join(folder(), 'new.txt')), false);
  });

  it('goes on after a cancel and does nothing twice', async () => {
    const { desk } = await activated();
    const append = (text: string) => ({ name: 'run_command', args: { command: `echo ${text} >> notes.txt` } });
    await useModel(
      playScenario({ turns: [{ calls: [append('two')] }, { calls: [append('three')] }, { calls: [finish] }] }),
      'ask',
    );
    const task = await startTask('Append', 'act');
    desk.approve(task.taskId, (await task.next('approval-requested')).callId, true);
    await task.next('approval-requested', 2);
    (await activated()).cancel(task.taskId);
    assert.equal(await task.end(), 'cancelled');
    await vscode.commands.executeCommand('openmagus.resumeTask', task.taskId);
    await task.next('task-resumed');
    let answered = 2;
    await eventually(() => {
      const asked = task.events('approval-requested');
      if (asked.length > answered) {
        desk.approve(task.taskId, asked.at(-1)?.callId ?? '', true);
        answered = asked.length;
      }
      return task.events('task-ended').length === 2;
    }, 'the resumed task to end');
    assert.equal((await textOf('notes.txt')).match(/two/g)?.length, 1);
    assert.notEqual(await task.end(2), 'failed');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
