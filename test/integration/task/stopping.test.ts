import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { processTable } from '../../../src/adapters/process/process-table.ts';
import { answers, calls, finish, proposal, type TaskRig, taskRig, turns, yes } from './task-rig.ts';

const always = { calls: [{ name: 'list_files', args: {} }] };

describe('a task that is stopped', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  const pidIn = async (name: string): Promise<number> => {
    for (let tries = 0; tries < 200; tries += 1) {
      const pid = Number(await rig.text(name).catch(() => ''));
      if (pid > 0) return pid;
      await sleep(20);
    }
    return 0;
  };
  const alive = async (pid: number): Promise<boolean> => (await processTable()).some((entry) => entry.pid === pid);

  const limits: readonly (readonly [string, object, RegExp])[] = [
    ['turns', { maxTurns: 3 }, /limit of 3 turns/],
    ['cost', { maxTurns: 100, maxUsd: 0.25 }, /limit of 0\.25 USD/],
    ['tokens', { maxTurns: 100, maxTokens: 350 }, /limit of 350 tokens/],
  ];
  for (const [what, limit, message] of limits) {
    it(`by its limit of ${what} says so, and has as much again when it is resumed`, async () => {
      rig.script(() => ({ ...always, usage: { prompt_tokens: 100, completion_tokens: 20, cost: 0.1 } }));
      const first = await rig.run({ goal: 'Go round.', mode: 'act', limits: limit as never });
      assert.equal(first.state.ended?.status, 'limit-reached');
      assert.match(first.state.ended?.summary ?? '', message);
      assert.match(first.state.ended?.summary ?? '', /Resume it to go on/);
      assert.equal(rig.model.requests.length, 3);
      const second = await rig.resume(first.taskId, { limits: limit as never });
      assert.equal(second.state.ended?.status, 'limit-reached');
      assert.equal(rig.model.requests.length, 6);
      rig.script(() => calls(finish()));
      assert.equal((await rig.resume(first.taskId, { limits: limit as never })).state.ended?.status, 'unverified');
    });
  }

  it('by the budget of its models says so, and has as much again when it is resumed', async () => {
    rig.script(() => ({ ...always, usage: { prompt_tokens: 100, completion_tokens: 20, cost: 0.1 } }));
    const models = { budget: { taskUsd: 0.25 } };
    const first = await rig.run({ goal: 'Go round.', mode: 'act' }, { models });
    assert.equal(first.state.ended?.status, 'limit-reached');
    const asked = rig.model.requests.length;
    assert.ok(asked > 0 && asked < 5, `${asked} requests`);
    assert.equal((await rig.resume(first.taskId, { models })).state.ended?.status, 'limit-reached');
    assert.equal(rig.model.requests.length, 2 * asked);
  });

  it('by its limit of time ends a running command', async () => {
    rig.script(() => calls({ name: 'run_command', args: { command: 'echo $$ > pid; sleep 300' } }));
    const { taskId, state } = await rig.run({ goal: 'Wait.', mode: 'act', limits: { maxTurns: 9, timeoutS: 3 } });
    assert.deepEqual([state.ended?.status, state.ended?.error?.code], ['limit-reached', 'TIME']);
    assert.equal(await alive(await pidIn('pid')), false);
    rig.script(() => calls(finish()));
    assert.equal((await rig.resume(taskId)).state.ended?.status, 'unverified');
    assert.match(answers(rig.model.requests.at(-1))[0] ?? '', /^\[outcome unknown\].*It is not running any more/);
  });

  it('by its limit of time ends a model call that hangs', async () => {
    rig.script(() => ({ text: 'I am thinking', silence: true }));
    const { state } = await rig.run({ goal: 'Think.', mode: 'act', limits: { maxTurns: 9, timeoutS: 3 } });
    assert.deepEqual([state.ended?.status, state.ended?.error?.code], ['limit-reached', 'TIME']);
    for (let tries = 0; tries < 100 && rig.model.requests[0]?.abandonedAt === undefined; tries += 1) await sleep(20);
    assert.ok(rig.model.requests[0]?.abandonedAt);
  });

  it('by cancelling leaves no process behind, neither of a command it waits for nor of one in the background', async () => {
    const script = turns('edit_file', [
      calls({ name: 'run_command', args: { command: 'echo $$ > back; sleep 300', background: true } }),
      calls({
        name: 'run_command',
        args: { command: '(setsid sleep 300 & echo $! > child); echo $$ > front; sleep 300' },
      }),
    ]);
    rig.script(script);
    const cancel = new AbortController();
    const { ports } = await rig.open();
    const { createTask } = await import('../../../src/core/agents/start-task.ts');
    const { runTask } = await import('../../../src/core/agents/coordinator.ts');
    const start = { goal: 'Wait.', mode: 'act', approve: 'auto', limits: { maxTurns: 9 }, roots: [rig.root] } as const;
    const taskId = await createTask(ports, { ...start, roots: [...start.roots] });
    const running = runTask(ports, taskId, cancel.signal);
    const pids = [await pidIn('back'), await pidIn('front'), await pidIn('child')];
    assert.deepEqual(await Promise.all(pids.map(alive)), [true, true, true]);
    const began = performance.now();
    cancel.abort();
    const state = await running;
    console.log(`        cancelled in ${Math.round(performance.now() - began)} ms`);
    assert.equal(state.ended?.status, 'cancelled');
    assert.deepEqual(await Promise.all(pids.map(alive)), [false, false, false]);
  });

  it('by cancelling while a person is asked does not run what nobody allowed', async () => {
    rig.script(() => calls({ name: 'run_command', args: { command: 'touch done' } }));
    const cancel = new AbortController();
    const people = {
      ...yes,
      approve: async () => {
        cancel.abort();
        return true;
      },
    };
    const { taskId, state } = await rig.run(
      { goal: 'Do.', mode: 'act', approve: 'ask' },
      { people, signal: cancel.signal },
    );
    assert.equal(state.ended?.status, 'cancelled');
    await assert.rejects(rig.text('done'));
    rig.script(() => calls(finish()));
    assert.equal((await rig.resume(taskId, { people: yes })).state.ended?.status, 'unverified');
  });

  it('after a failed plan tries three other ways, and fails when it has none left', async () => {
    let plans = 0;
    rig.script((request) => {
      if (!request.tools.includes('propose_plan')) return calls(finish('Tried.'));
      plans += 1;
      return calls(proposal({ id: 'one', title: `Way ${plans}`, check: `echo way ${plans} is shut; false` }));
    });
    const { taskId, state, of } = await rig.run({ goal: 'Open it.' });
    assert.equal(state.ended?.status, 'failed');
    assert.match(state.ended?.summary ?? '', /Way 4: The check failed 3 times[\s\S]*way 4 is shut/);
    assert.deepEqual(
      of('plan-proposed').map(({ revision }) => revision),
      [1, 2, 3, 4],
    );
    const told = rig.model.requests
      .filter(({ tools }) => tools.includes('propose_plan'))
      .at(-1)
      ?.messages.at(-1);
    assert.match(String(told?.content), /Plan 3 failed here:\nWay 3: [\s\S]*by another way/);
    rig.script(() => ({ text: 'It cannot be opened.' }));
    assert.equal((await rig.resume(taskId)).state.ended?.status, 'failed');
  });

  it('goes on where it was after a failure of the model', async () => {
    await rig.write({ 'a.txt': 'one\n' });
    const edit = { name: 'edit_file', args: { path: 'a.txt', edits: [{ old_text: 'one', new_text: 'two' }] } };
    const executor = turns('edit_file', [calls(edit), { status: 400, body: { error: { message: 'broken' } } }]);
    const planner = turns('propose_plan', [calls(proposal({ id: 'one', check: 'grep -q two a.txt' }))]);
    rig.script((request) => planner(request) ?? executor(request));
    const first = await rig.run({ goal: 'Make one two.' });
    assert.deepEqual([first.state.ended?.status, first.state.ended?.error?.kind], ['failed', 'model-unavailable']);
    rig.script(() => calls(finish()));
    const { state, of } = await rig.resume(first.taskId);
    assert.equal(state.ended?.status, 'verified');
    assert.equal(of('plan-proposed').length, 1);
    assert.equal(of('tool-call-started').filter(({ name }) => name === 'edit_file').length, 1);
  });
});
