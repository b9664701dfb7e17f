import assert from 'node:assert/strict';
import type { TaskEvent } from '../../../src/protocol/task-event.ts';
import type { ScriptedReply, ScriptedRequest } from '../../support/scripted-model.ts';
import { calls, finish, nobody, type PlannedStep, proposal, type TaskRig, taskRig, turns, yes } from './task-rig.ts';

describe('steps', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  /** Each step works through replies of its own, told apart by the title in its opening. */
  const bySteps = (plan: readonly PlannedStep[], steps: Readonly<Record<string, readonly ScriptedReply[]>>) => {
    const planner = turns('propose_plan', [calls(proposal(...plan))]);
    const scripts = Object.fromEntries(Object.entries(steps).map(([id, replies]) => [id, turns('edit_file', replies)]));
    return (request: ScriptedRequest): ScriptedReply | undefined => {
      const id = /Your step: (\w+)/.exec(String(request.messages[1]?.content))?.[1] ?? '';
      return planner(request) ?? scripts[id]?.(request);
    };
  };
  /** Waits for a file that the other step writes: both must run at the same time. */
  const meet = (own: string, other: string): ScriptedReply =>
    calls({
      name: 'run_command',
      args: { command: `touch ${own}; for i in $(seq 200); do test -e ${other} && exit 0; sleep 0.05; done; exit 1` },
    });

  it('whose writes do not meet run at the same time, and their events keep their order', async () => {
    const plan = [
      { id: 'a', writes: ['a*'], check: 'test -e b' },
      { id: 'b', writes: ['b*'], check: 'test -e a' },
      { id: 'c', after: ['a', 'b'], check: 'test -e a -a -e b' },
    ];
    rig.script(
      bySteps(plan, {
        a: [meet('a', 'b'), calls(finish())],
        b: [meet('b', 'a'), calls(finish())],
        c: [calls(finish())],
      }),
    );
    const { state, events, of } = await rig.run({ goal: 'Meet.' });
    assert.equal(state.ended?.status, 'verified');
    assert.deepEqual(
      of('step-started')
        .map(({ stepId }) => stepId)
        .sort(),
      ['a', 'b', 'c'],
    );
    const at = (type: TaskEvent['type'], id: string): number =>
      events.findIndex((event) => event.type === type && 'stepId' in event && event.stepId === id);
    assert.ok(at('step-started', 'b') < at('step-ended', 'a'));
    assert.ok(at('step-started', 'c') > Math.max(at('step-ended', 'a'), at('step-ended', 'b')));
    for (const id of ['a', 'b', 'c'])
      assert.deepEqual(
        events.flatMap((event) =>
          'conversation' in event && event.conversation === id && event.type !== 'note-added' ? [event.type] : [],
        ),
        id === 'c'
          ? ['model-replied', 'tool-call-started', 'tool-call-ended']
          : [
              'model-replied',
              'tool-call-started',
              'tool-call-ended',
              'model-replied',
              'tool-call-started',
              'tool-call-ended',
            ],
      );
  });

  it('that may write the same file wait for each other', async () => {
    const plan = [
      { id: 'a', writes: ['src/**'] },
      { id: 'b', writes: ['src/x.ts'] },
    ];
    rig.script(bySteps(plan, { a: [calls(finish())], b: [calls(finish())] }));
    const { events } = await rig.run({ goal: 'One by one.' });
    const order = events.flatMap((event) =>
      event.type === 'step-started' || event.type === 'step-ended' ? [event.stepId] : [],
    );
    assert.deepEqual(order, ['a', 'a', 'b', 'b']);
  });

  it('are told what was done before them', async () => {
    const plan = [{ id: 'a' }, { id: 'b', after: ['a'] }];
    rig.script(bySteps(plan, { a: [calls(finish('The port is 4711.'))], b: [calls(finish())] }));
    await rig.run({ goal: 'Find and use.' });
    assert.match(String(rig.model.requests.at(-1)?.messages[1]?.content), /Done before:\n- a: The port is 4711\./);
  });

  it('run to their end while another waits for somebody who is not there', async () => {
    const plan = [
      { id: 'a', writes: ['a'] },
      { id: 'b', writes: ['b'] },
    ];
    const push = calls({ name: 'run_command', args: { command: 'git push' } });
    const work = calls({ name: 'run_command', args: { command: 'sleep 0.5; touch b' } });
    rig.script(bySteps(plan, { a: [push, calls(finish())], b: [work, calls(finish())] }));
    const { taskId, state, of } = await rig.run({ goal: 'Both.' }, { people: nobody });
    assert.equal(state.ended, undefined);
    assert.deepEqual(
      of('step-ended').map(({ stepId }) => stepId),
      ['b'],
    );
    const no = { ...yes, approve: async () => false };
    const resumed = await rig.resume(taskId, { people: no });
    assert.equal(resumed.state.ended?.status, 'unverified');
    assert.deepEqual(
      resumed.of('step-ended').map(({ stepId }) => stepId),
      ['b', 'a'],
    );
  });

  it('can be added and taken away by the one at work', async () => {
    const change = { add: [{ id: 'c', title: 'c', instructions: 'More.' }], remove: ['b'] };
    const plan = [{ id: 'a' }, { id: 'b' }];
    const update = calls({ name: 'update_plan', args: { changes: change } }, finish());
    rig.script(bySteps(plan, { a: [update], c: [calls(finish())] }));
    const { state } = await rig.run({ goal: 'Change course.' });
    assert.deepEqual(
      [...state.steps.values()].map(({ step, status }) => [step.id, status]),
      [
        ['a', 'unverified'],
        ['c', 'unverified'],
      ],
    );
  });

  it('ask the user, whose answer reaches the model', async () => {
    const ask = calls({ name: 'ask_user', args: { question: 'Red or blue?', choices: ['red', 'blue'] } });
    rig.script(turns('edit_file', [ask, calls(finish())]));
    const people = { ...yes, answer: async () => 'blue' };
    const { of } = await rig.run({ goal: 'Paint.', mode: 'act' }, { people });
    assert.equal(of('question-asked')[0]?.question, 'Red or blue?');
    assert.match(JSON.stringify(rig.model.requests[1]?.messages.at(-1)), /blue/);
  });

  it('run as the user changed the plan, and never a plan that cannot be run', async () => {
    const plan = [{ id: 'a' }, { id: 'b' }];
    rig.script(bySteps(plan, { a: [calls(finish())], b: [calls(finish())] }));
    const cyclic = {
      ...yes,
      resolvePlan: async (_task: string, { steps }: { steps: { id: string }[] }) =>
        ({ steps: steps.map((step) => ({ ...step, after: steps.map(({ id }) => id) })) }) as never,
    };
    const broken = await rig.run({ goal: 'Edit it.', approve: 'ask' }, { people: cyclic });
    assert.deepEqual([broken.state.ended?.status, broken.state.ended?.error?.code], ['failed', 'BAD_PLAN']);
    assert.match(broken.state.ended?.summary ?? '', /Break the cycle\. Resume the task and change the plan/);
    const shorter = {
      ...yes,
      resolvePlan: async (_task: string, { steps }: { steps: unknown[] }) => ({ steps: steps.slice(1) }) as never,
    };
    const { state } = await rig.resume(broken.taskId, { people: shorter, approve: 'ask' });
    assert.equal(state.ended?.status, 'unverified');
    assert.deepEqual([...state.steps.keys()], ['b']);
  });
});
