import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { playScenario, type Scenario } from '../../support/scripted-model.ts';
import {
  activated,
  eventually,
  folder,
  follow,
  forgetModels,
  setSettings,
  startTask,
  textOf,
  toolTexts,
  useModel,
  writeProject,
} from './rig.ts';

const step = {
  id: 'mend',
  title: 'Mend the greeting',
  instructions: 'Replace helo by hello in greeting.txt.',
  writes: ['greeting.txt'],
  check: 'grep -q hello greeting.txt',
};
const edit = {
  name: 'edit_file',
  args: { path: 'greeting.txt', edits: [{ old_text: 'helo', new_text: 'hello' }] },
};
const finish = { name: 'finish_step', args: { summary: 'The greeting is mended.', evidence: 'The check.' } };
const mending: Scenario = {
  turns: [
    { when: { tool: 'propose_plan' }, text: 'A plan.', calls: [{ name: 'propose_plan', args: { steps: [step] } }] },
    { when: { tool: 'edit_file' }, calls: [{ name: 'read_file', args: { path: 'greeting.txt' } }] },
    { when: { tool: 'edit_file' }, text: 'I mend it.', calls: [edit] },
    { when: { tool: 'edit_file' }, calls: [finish] },
  ],
};

describe('a task', () => {
  beforeEach(() => writeProject({ 'greeting.txt': 'helo world\n' }));
  afterEach(forgetModels);

  it('runs from the plan over approvals and an edit to a checked result', async () => {
    const { desk } = await activated();
    const model = await useModel(playScenario(mending), 'ask');
    const task = await startTask('Mend the greeting');
    const { plan } = await task.next('plan-proposed');
    assert.equal(await textOf('greeting.txt'), 'helo world\n');
    assert.deepEqual(desk.waiting(), [task.taskId]);
    desk.resolvePlan(task.taskId, plan);
    const asked = await task.next('approval-requested');
    assert.deepEqual(
      asked.effects.map(({ verb, object }) => [verb, object]),
      [['write', `${folder()}/greeting.txt`]],
    );
    assert.equal(await textOf('greeting.txt'), 'helo world\n');
    desk.approve(task.taskId, asked.callId, true);
    // The check only reads.
    assert.equal(await task.end(), 'verified');
    assert.equal(task.events('approval-requested').length, 1);
    assert.equal(await textOf('greeting.txt'), 'hello world\n');
    assert.deepEqual(
      task.log.map(({ seq }) => seq),
      task.log.map((_, index) => (task.log[0]?.seq ?? 0) + index),
    );
    assert.equal(model.requests.length, 4);
    assert.deepEqual(desk.waiting(), []);
  });

  it('asks nobody where the user has said so', async () => {
    await useModel(playScenario(mending), 'auto');
    const task = await startTask('Mend the greeting');
    assert.equal(await task.end(), 'verified');
    assert.ok(task.events('approval-resolved').every(({ by }) => by === 'rule'));
  });

  it('ends without a change when its plan is rejected', async () => {
    const { desk } = await activated();
    await useModel(playScenario(mending), 'ask');
    const task = await startTask('Mend the greeting');
    await task.next('plan-proposed');
    desk.resolvePlan(task.taskId, false);
    assert.equal(await task.end(), 'cancelled');
    assert.equal(await textOf('greeting.txt'), 'helo world\n');
  });

  it('runs the plan as the user has edited it', async () => {
    const { desk } = await activated();
    const model = await useModel(playScenario(mending), 'ask');
    const task = await startTask('Mend the greeting');
    const { plan } = await task.next('plan-proposed');
    desk.resolvePlan(task.taskId, {
      steps: plan.steps.map((one) => ({ ...one, instructions: 'Only in small letters.' })),
    });
    await task.next('approval-requested');
    assert.match(JSON.stringify(model.requests.at(-1)?.messages), /Only in small letters\./);
    (await activated()).cancel(task.taskId);
    assert.equal(await task.end(), 'cancelled');
  });

  it('tells the model when the user denies a call', async () => {
    const { desk } = await activated();
    const model = await useModel(playScenario(mending), 'ask');
    const task = await startTask('Mend the greeting', 'act');
    const asked = await task.next('approval-requested');
    desk.approve(task.taskId, asked.callId, false);
    await task.end();
    assert.equal(await textOf('greeting.txt'), 'helo world\n');
    assert.ok(model.requests.some((request) => /The user said no/.test(toolTexts(request).at(-1) ?? '')));
  });

  it('asks no task again for exactly what the user allowed for ever', async () => {
    const { desk } = await activated();
    const turn = (command: string) => ({ calls: [{ name: 'run_command', args: { command } }] });
    const turns = [turn('touch one'), { calls: [finish] }];
    try {
      await useModel(playScenario({ turns }), 'ask');
      const first = await startTask('Touch one', 'act');
      const asked = await first.next('approval-requested');
      desk.approve(first.taskId, asked.callId, 'always');
      await first.end();
      const rules = vscode.workspace.getConfiguration('openmagus').inspect<{ note: string }[]>('rules')?.globalValue;
      assert.deepEqual(
        rules?.map(({ note }) => note),
        [`${folder()}$ touch one`],
      );
      await useModel(playScenario({ turns: [turn('touch one'), turn('touch one two'), { calls: [finish] }] }), 'ask');
      const second = await startTask('Touch more', 'act');
      const other = await second.next('approval-requested');
      assert.match(other.effects[0]?.object ?? '', /touch one two$/);
      desk.approve(second.taskId, other.callId, false);
      await second.end();
      assert.equal(second.events('approval-requested').length, 1);
    } finally {
      await setSettings({ rules: undefined });
    }
  });

  it('takes an answer of the user back to the model', async () => {
    const { desk } = await activated();
    const question = { name: 'ask_user', args: { question: 'Which tongue?', choices: ['English', 'Latin'] } };
    const model = await useModel(playScenario({ turns: [{ calls: [question] }, { calls: [finish] }] }));
    const task = await startTask('Greet', 'act');
    const asked = await task.next('question-asked');
    assert.deepEqual(asked.choices, ['English', 'Latin']);
    desk.answer(task.taskId, asked.callId, 'Latin');
    assert.equal(await task.end(), 'unverified');
    assert.match(toolTexts(model.requests.at(-1)).at(-1) ?? '', /Latin/);
  });

  it('plans anew when a check fails, and is verified in the end', async () => {
    const wrong = { ...edit, args: { path: 'greeting.txt', edits: [{ old_text: 'helo', new_text: 'hallo' }] } };
    const right = { ...edit, args: { path: 'greeting.txt', edits: [{ old_text: 'hallo', new_text: 'hello' }] } };
    const plan = { when: { tool: 'propose_plan' }, calls: [{ name: 'propose_plan', args: { steps: [step] } }] };
    const read = { name: 'read_file', args: { path: 'greeting.txt' } };
    const act = (...calls: { name: string; args: unknown }[]) =>
      calls.map((call) => ({ when: { tool: 'edit_file' }, calls: [call] }));
    await useModel(
      playScenario({ turns: [plan, ...act(read, wrong, finish, finish, finish), plan, ...act(read, right, finish)] }),
    );
    const task = await startTask('Mend the greeting');
    assert.equal(await task.end(), 'verified');
    assert.deepEqual(
      task.events('step-ended').map(({ status }) => status),
      ['failed', 'verified'],
    );
    assert.equal(task.events('plan-proposed').length, 2);
    assert.equal(await textOf('greeting.txt'), 'hello world\n');
  });

  it('is listed with its status, and its log can be followed from any event on', async () => {
    const api = await activated();
    await useModel(playScenario(mending), 'auto');
    const task = await startTask('Mend the listed greeting');
    await task.end();
    const entry = (await api.tasks())[0];
    assert.deepEqual([entry?.taskId, entry?.status, entry?.running], [task.taskId, 'verified', false]);
    const whole = await follow(task.taskId);
    await whole.next('task-ended');
    assert.deepEqual(whole.log, task.log);
    const from = (task.log[0]?.seq ?? 0) + 5;
    const seen: number[] = [];
    api.onEvent(task.taskId, from, ({ seq }) => seen.push(seq));
    const later = task.log.map(({ seq }) => seq).filter((seq) => seq >= from);
    await eventually(() => seen.length >= later.length, 'the events from there on');
    assert.deepEqual(seen, later);
  });

  it('shows the task in the chat when it is started by the palette command', async () => {
    await useModel(playScenario(mending), 'auto');
    const { commands } = await import('vscode');
    const taskId = await commands.executeCommand<string>('openmagus.runTask', { goal: 'Mend it from the palette' });
    const task = await follow(taskId);
    assert.equal(await task.end(), 'verified');
  });
});
