import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { createTask } from '../../../src/core/agents/start-task.ts';
import type { RecordedCall, TaskEvent } from '../../../src/protocol/task-event.ts';
import type { TaskMode } from '../../../src/protocol/task-start.ts';
import { began, call, ended, planned, recalled, replied, step, stepEnded } from '../../unit/core/task/logs.ts';
import { answers, calls, finish, proposal, type TaskRig, taskRig, turns, yes } from './task-rig.ts';

const machine = hostname()
  .replace(/[^A-Za-z0-9]/g, '')
  .slice(0, 40);
const stagedBy = (pid: number): string => `.magus-${machine}-${pid}-0123456789ab.new`;
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a task whose session died', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  /** A log as a killed process leaves it. */
  async function left(mode: TaskMode, ...events: readonly TaskEvent[]): Promise<string> {
    const { ports, close } = await rig.open();
    const taskId = await createTask(ports, { goal: 'Do it.', mode, approve: 'auto', limits: {}, roots: [rig.root] });
    await ports.log.append(taskId, [recalled, ...events]);
    await close();
    return taskId;
  }
  const inStep = (made: RecordedCall, ...more: readonly TaskEvent[]): Promise<string> =>
    left(
      'act',
      ...planned(step('a')),
      { type: 'step-started', stepId: 'a' },
      replied('a', [made]),
      began('a', made),
      ...more,
    );

  it('while it finished a step finishes it, and asks the model nothing', async () => {
    const taskId = await inStep(call('1', 'finish_step', '{"summary":"Did it."}'));
    const { state, of } = await rig.resume(taskId);
    assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'Did it.']);
    assert.deepEqual([of('tool-call-started').length, of('tool-call-ended').length], [1, 1]);
    assert.equal(rig.model.requests.length, 0);
  });

  it('while it asked the user asks again, by the same question', async () => {
    const made = call('1', 'ask_user', '{"question":"Red or blue?"}');
    const taskId = await inStep(made, { type: 'question-asked', callId: '1', question: 'Red or blue?', choices: [] });
    rig.script(() => calls(finish()));
    const { of } = await rig.resume(taskId, { people: { ...yes, answer: async () => 'blue' } });
    assert.equal(of('question-asked').length, 1);
    assert.deepEqual(answers(rig.model.requests[0]), ['blue']);
  });

  it('while it changed the plan changes it', async () => {
    const change = { changes: { add: [{ id: 'b', title: 'b', instructions: 'More.' }] } };
    const taskId = await inStep(call('1', 'update_plan', JSON.stringify(change)));
    rig.script(() => calls(finish()));
    assert.deepEqual([...(await rig.resume(taskId)).state.steps.keys()], ['a', 'b']);
  });

  it('while a call ran tells the model that its outcome is unknown', async () => {
    const taskId = await inStep(call('1', 'read_file', '{"path":"a.txt"}'));
    rig.script(() => calls(finish()));
    const { of } = await rig.resume(taskId);
    assert.match(answers(rig.model.requests[0])[0] ?? '', /^\[outcome unknown\].*look before you make it again/);
    assert.equal(of('tool-call-ended')[0]?.error?.code, 'OUTCOME_UNKNOWN');
  });

  it('while it deployed tells the model where to look, and how to go back', async () => {
    const named = JSON.stringify({ plan_id: '0123456789ab', digest: 'ab'.repeat(32) });
    const taskId = await inStep(call('1', 'deploy_apply', named));
    rig.script(() => calls(finish()));
    await rig.resume(taskId);
    assert.match(answers(rig.model.requests[0])[0] ?? '', /^\[outcome unknown\].*deploy_status says how far it came/);
  });

  const files: readonly (readonly [string, string, RegExp])[] = [
    ['was done', 'new\n', /^Done: .*as the call would leave it/],
    ['had changed nothing', 'old\n', /^\[outcome unknown\].*before it changed anything.*Make the call again/],
    ['had met somebody else', 'other\n', /^\[outcome unknown\].*neither as before nor as wanted\. Read it/],
  ];
  for (const [what, content, says] of files) {
    it(`while a file was written sees on the disk that the call ${what}`, async () => {
      const { pid } = spawnSync('true');
      await rig.write({ 'a.txt': content, [stagedBy(pid)]: 'new\n' });
      const changes = [{ path: `${rig.root}/a.txt`, before: sha('old\n'), after: sha('new\n') }];
      const changing: TaskEvent = { type: 'files-changing', callId: '1', changes };
      const taskId = await inStep(call('1', 'write_file', '{}'), changing);
      rig.script(() => calls(finish()));
      const { state } = await rig.resume(taskId);
      assert.match(answers(rig.model.requests[0])[0] ?? '', says);
      assert.equal(await rig.text('a.txt'), content);
      assert.deepEqual(readdirSync(rig.root), ['a.txt']);
      // Only what it did change can be undone.
      assert.equal(state.changes.length, what === 'had changed nothing' ? 0 : 1);
    });
  }

  it('before a plan was taken takes it, and asks the Planner nothing', async () => {
    const { name, args } = proposal({ id: 'a' });
    const taskId = await left('auto', replied('plan', [call('1', name, JSON.stringify(args))]));
    rig.script(() => calls(finish()));
    const { state } = await rig.resume(taskId);
    assert.equal(state.ended?.status, 'unverified');
    assert.ok(rig.model.requests.every(({ tools }) => !tools.includes('propose_plan')));
  });

  it('while it planned anew tells the Planner once what failed', async () => {
    const failed = [...planned(step('a')), stepEnded('a', 'failed', 'No.')];
    const { ports, close } = await rig.open({ models: { baseURL: 'http://127.0.0.1:9/v1' } });
    const taskId = await createTask(ports, { goal: 'Do it.', approve: 'auto', limits: {}, roots: [rig.root] });
    await ports.log.append(taskId, [recalled, ...failed]);
    const { runTask } = await import('../../../src/core/agents/coordinator.ts');
    for (let times = 0; times < 2; times += 1) {
      // As after a kill: the log is read again, and nobody resumed the task by a word.
      const state = await runTask(ports, taskId, new AbortController().signal);
      assert.equal(state.ended?.status, 'failed');
      await ports.log.append(taskId, [
        { type: 'task-resumed', approve: 'auto', limits: { maxTurns: 9 } },
        stepEnded('a', 'failed', 'No.'),
      ]);
    }
    await close();
    const notes = (await rig.log(taskId)).filter(({ event }) => event.type === 'note-added');
    assert.equal(notes.length, 1);
  });

  it('in the middle of a step goes on with the same step and the same rules', async () => {
    const rules = [{ path: 'src/AGENTS.md', text: 'Be brief.' }];
    const one = call('1', 'list_files', '{}');
    const taskId = await left(
      'act',
      ...planned(step('a', { writes: ['src/**'] })),
      { type: 'step-started', stepId: 'a', rules },
      replied('a', [one]),
      began('a', one),
      ended('a', one, 'src/'),
    );
    rig.script(turns('edit_file', [calls(finish())]));
    const { of } = await rig.resume(taskId);
    assert.equal(of('step-started').length, 1);
    assert.match(String(rig.model.requests[0]?.messages[1]?.content), /Be brief\./);
    assert.deepEqual(answers(rig.model.requests[0]), ['src/']);
  });
});
