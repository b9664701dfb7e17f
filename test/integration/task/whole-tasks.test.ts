import assert from 'node:assert/strict';
import { answers, calls, finish, nobody, proposal, type TaskRig, taskRig, turns, yes } from './task-rig.ts';

describe('a whole task', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  it('is planned, carried out and verified by its check', async () => {
    await rig.write({ 'a.txt': 'one\n' });
    const planner = turns('propose_plan', [
      calls(proposal({ id: 'one', check: 'grep -q two a.txt', writes: ['a.txt'] })),
    ]);
    const executor = turns('edit_file', [
      calls({ name: 'edit_file', args: { path: 'a.txt', edits: [{ old_text: 'one', new_text: 'two' }] } }),
      calls(finish()),
    ]);
    rig.script((request) => planner(request) ?? executor(request));
    const { state, of } = await rig.run({ goal: 'Make one two.' });
    assert.equal(state.ended?.status, 'verified');
    assert.equal(await rig.text('a.txt'), 'two\n');
    assert.equal(of('step-ended')[0]?.status, 'verified');
    assert.equal(of('plan-resolved')[0]?.by, 'rule');
    const messages = of('agent-message').map(({ message }) => message);
    assert.deepEqual(
      messages.map(({ from, to, kind, body }) => `${from} ${to} ${kind} ${body.topic}`),
      ['knowledge recall', 'planner plan', 'executor step', 'knowledge learn'].flatMap((pair) => {
        const [agent = '', topic = ''] = pair.split(' ');
        return [`coordinator ${agent} request ${topic}`, `${agent} coordinator reply ${topic}`];
      }),
    );
    for (const { kind, id, inReplyTo } of messages)
      assert.ok(kind === 'request' ? inReplyTo === undefined : messages.some((asked) => asked.id === inReplyTo), id);
  });

  it('is unverified when there is nothing to check it by', async () => {
    rig.script(
      turns('edit_file', [
        calls({ name: 'write_file', args: { path: 'b.txt', content: 'b\n' } }),
        { text: 'Wrote b.' },
      ]),
    );
    const { state } = await rig.run({ goal: 'Write b.', mode: 'act' });
    assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'Wrote b.']);
  });

  it('answers a mere question without a plan', async () => {
    rig.script(turns('propose_plan', [calls({ name: 'answer', args: { text: 'It is 42.' } })]));
    const { state, of } = await rig.run({ goal: 'What is it?' });
    assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'It is 42.']);
    assert.equal(of('plan-proposed').length, 0);
  });

  it('only reads in mode ask: the plan, edits and commands are not even offered', async () => {
    await rig.write({ 'a.txt': 'one\n' });
    const planner = turns('answer', [
      calls(
        { name: 'read_file', args: { path: 'a.txt' } },
        { name: 'write_file', args: { path: 'a.txt', content: 'x' } },
      ),
      calls(proposal({ id: 'one' })),
      { text: 'It says one.' },
    ]);
    rig.script(planner);
    const { state, of } = await rig.run({ goal: 'What does it say?', mode: 'ask' });
    assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'It says one.']);
    assert.equal(of('plan-proposed').length, 0);
    assert.equal(await rig.text('a.txt'), 'one\n');
    for (const { tools } of rig.model.requests)
      assert.deepEqual(tools, [
        'answer',
        'code_intel',
        'diagnostics',
        'find_relevant_files',
        'list_files',
        'read_file',
        'search_text',
        'use_tool',
      ]);
    assert.match(answers(rig.model.requests[2])[1] ?? '', /not for planning/);
  });

  it('stops at the plan in mode plan, and carries it out when it is resumed', async () => {
    const planner = turns('propose_plan', [calls(proposal({ id: 'one', check: 'test -f done' }))]);
    const executor = turns('edit_file', [
      calls({ name: 'run_command', args: { command: 'touch done' } }),
      calls(finish()),
    ]);
    rig.script((request) => planner(request) ?? executor(request));
    const { taskId, state } = await rig.run({ goal: 'Do it.', mode: 'plan' });
    assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'The plan is ready.']);
    const resumed = await rig.resume(taskId);
    assert.equal(resumed.state.ended?.status, 'verified');
    assert.equal(rig.model.requests.filter(({ tools }) => tools.includes('propose_plan')).length, 1);
  });

  it('asks for the plan again after it was rejected', async () => {
    const planner = turns('propose_plan', [calls(proposal({ id: 'one' }))]);
    rig.script((request) => planner(request) ?? calls(finish()));
    const people = { ...yes, resolvePlan: async () => false as const };
    const { taskId, state } = await rig.run({ goal: 'Do it.', approve: 'ask' }, { people });
    assert.deepEqual([state.ended?.status, state.ended?.summary], ['cancelled', 'The plan was rejected.']);
    assert.equal(rig.model.requests.length, 1);
    const again = await rig.resume(taskId, { people: yes, approve: 'ask' });
    assert.equal(again.state.ended?.status, 'unverified');
  });

  it('stops open where nobody can decide, and asks again when it is resumed', async () => {
    rig.script(
      turns('edit_file', [calls({ name: 'run_command', args: { command: 'echo hi > hi.txt' } }), calls(finish())]),
    );
    const { taskId, state } = await rig.run({ goal: 'Say hi.', mode: 'act', approve: 'ask' }, { people: nobody });
    assert.equal(state.ended, undefined);
    const { state: after, of } = await rig.resume(taskId, { people: yes, approve: 'ask' });
    assert.equal(after.ended?.status, 'unverified');
    assert.equal(await rig.text('hi.txt'), 'hi\n');
    assert.deepEqual(
      [of('tool-call-started').length, of('tool-call-ended').length, of('approval-requested').length],
      [2, 2, 2],
    );
    const hashes = [...of('approval-requested'), ...of('approval-resolved')].map(({ hash }) => hash);
    assert.equal(new Set(hashes).size, 1);
  });
});
