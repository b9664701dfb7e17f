import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemHash } from '../../../src/adapters/system/system.ts';
import { answers, calls, finish, type PlannedStep, proposal, type TaskRig, taskRig, turns } from './task-rig.ts';

describe('bad plans:', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  const plans: readonly (readonly [string, readonly PlannedStep[], RegExp])[] = [
    [
      'a cycle',
      [
        { id: 'a', after: ['b'] },
        { id: 'b', after: ['a'] },
      ],
      /a, b wait for each other\. Break the cycle/,
    ],
    ['an unknown dependency', [{ id: 'a', after: ['z'] }], /a comes after z, which is not in the plan\. Name a step/],
    [
      '100 steps',
      Array.from({ length: 100 }, (_, index) => ({ id: `s${index}` })),
      /Wrong arguments for propose_plan:[\s\S]*40[\s\S]*Call it again/,
    ],
    ['no steps', [], /Wrong arguments for propose_plan:[\s\S]*Call it again/],
    ['two steps of one name', [{ id: 'a' }, { id: 'a' }], /same id\. Give each step an id/],
  ];
  for (const [what, steps, says] of plans) {
    it(`with ${what} is never shown to anybody; the Planner mends it`, async () => {
      const planner = turns('propose_plan', [calls(proposal(...steps)), calls(proposal({ id: 'good' }))]);
      rig.script((request) => planner(request) ?? calls(finish()));
      const { state, of } = await rig.run({ goal: 'Plan it.' });
      assert.equal(state.ended?.status, 'unverified');
      assert.deepEqual([...state.steps.keys()], ['good']);
      assert.equal(of('plan-proposed').length, 1);
      assert.match(answers(rig.model.requests[1])[0] ?? '', says);
    });

    it(`with ${what}, proposed again and again, ends the task after three with a next step`, async () => {
      rig.script(() => calls(proposal(...steps)));
      const { taskId, state } = await rig.run({ goal: 'Plan it.' });
      assert.deepEqual([state.ended?.status, state.ended?.error?.code], ['failed', 'NO_PLAN']);
      assert.match(
        state.ended?.summary ?? '',
        /The same call failed 3 times: propose_plan[\s\S]*Resume the task to try again/,
      );
      const planner = turns('propose_plan', [calls(proposal({ id: 'good' }))]);
      rig.script((request) => planner(request) ?? calls(finish()));
      assert.equal((await rig.resume(taskId)).state.ended?.status, 'unverified');
    });
  }

  it('whose ids were used before are mended by the Planner', async () => {
    const planner = turns('propose_plan', [
      calls(proposal({ id: 'a.2' }, { id: 'a', after: ['a.2'], check: 'false' })),
      calls(proposal({ id: 'a' })),
      calls(proposal({ id: 'b' })),
    ]);
    rig.script((request) => planner(request) ?? calls(finish()));
    const { state, of } = await rig.run({ goal: 'Plan it.' });
    assert.equal(state.ended?.status, 'unverified');
    assert.deepEqual([...state.steps.keys()], ['a.2', 'b.2']);
    const refused = of('tool-call-ended').find(({ error }) => error?.code === 'BAD_PLAN');
    assert.match(refused?.content ?? '', /The id a\.2 was used before\. Give the step another/);
  });

  it('two plans in one reply: the first is taken, the second is answered', async () => {
    const planner = turns('propose_plan', [calls(proposal({ id: 'one' }), proposal({ id: 'two' }))]);
    rig.script((request) => planner(request) ?? calls(finish()));
    const { state, of } = await rig.run({ goal: 'Plan it.' });
    assert.deepEqual([[...state.steps.keys()], of('plan-proposed').length], [['one'], 1]);
  });
});

describe('bad goals:', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  const goals: readonly (readonly [string, string, RegExp])[] = [
    ['an empty one', '', /The goal is empty\. Say in a sentence/],
    ['only blanks', ' \n\t ', /The goal is empty\. Say in a sentence/],
    ['1 MB', 'word '.repeat(200_000), /999,999 characters, at most 200,000 are taken\. Put the long part into a file/],
  ];
  for (const [what, goal, says] of goals) {
    it(`${what} starts nothing and says what to do`, async () => {
      await assert.rejects(rig.run({ goal }), { kind: 'user-input', code: 'BAD_TASK', message: says });
      const { ports } = await rig.open();
      assert.deepEqual(await ports.log.tasks({}), []);
      assert.equal(rig.model.requests.length, 0);
    });
  }

  it('one larger than the window of the model says so, and is resumable with a larger model', async () => {
    const goal = 'word '.repeat(30_000);
    rig.script(() => calls(finish()));
    const { taskId, state } = await rig.run({ goal, mode: 'act' }, { models: { context: 8000 } });
    assert.deepEqual([state.ended?.status, state.ended?.error?.code], ['limit-reached', 'CONTEXT_TOO_LONG']);
    assert.match(state.ended?.summary ?? '', /Shorten them or choose a model with a larger context/);
    assert.equal((await rig.resume(taskId)).state.ended?.status, 'unverified');
  });
});

describe('folders:', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  it('none: a question is answered, and every tool says that a folder must be opened', async () => {
    const made = [
      { name: 'read_file', args: { path: 'a.txt' } },
      { name: 'list_files', args: {} },
      { name: 'search_text', args: { query: 'a' } },
      { name: 'write_file', args: { path: 'a.txt', content: 'a' } },
      { name: 'run_command', args: { command: 'ls' } },
    ];
    rig.script(turns('edit_file', [calls(...made), calls(finish('Nothing to work on.'))]));
    const { state } = await rig.run({ goal: 'Do it.', mode: 'act', roots: [] });
    assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'Nothing to work on.']);
    for (const text of answers(rig.model.requests[1]))
      assert.match(text, /No folder is open.*Open a folder and start the task again/);
  });

  it('one that was opened through a link is the workspace all the same', async () => {
    const link = path.join(rig.home, '..', 'link');
    await symlink(rig.root, link);
    await rig.write({ 'AGENTS.md': 'Rule.' });
    const trusted = [{ decide: 'allow', content: systemHash.sha256('Rule.') }];
    await writeFile(path.join(rig.home, 'rules.json'), JSON.stringify(trusted));
    const made = [
      { name: 'write_file', args: { path: 'a.txt', content: 'a\n' } },
      { name: 'read_file', args: { path: `${link}/a.txt` } },
      { name: 'run_command', args: { command: 'cp a.txt b.txt' } },
    ];
    rig.script(turns('edit_file', [calls(...made), calls(finish())]));
    const { state, of } = await rig.run({ goal: 'Do it.', mode: 'act', roots: [link] });
    assert.equal(state.ended?.status, 'unverified');
    assert.deepEqual(of('approval-requested'), []);
    assert.deepEqual(
      of('tool-call-ended').map(({ ok }) => ok),
      [true, true, true, true],
    );
    assert.equal(await rig.text('b.txt'), 'a\n');
    assert.deepEqual(
      state.recalled?.rules.map((rule) => rule.path),
      ['AGENTS.md'],
    );
  });

  it('three: each is named to the model, searched and written; relative paths start at the first', async () => {
    const roots = ['one', 'two', 'three'].map((name) => path.join(rig.root, name));
    for (const root of roots) {
      await mkdir(root);
      await writeFile(path.join(root, 'AGENTS.md'), `Rules of ${path.basename(root)}.`);
      await writeFile(path.join(root, 'a.txt'), `needle in ${path.basename(root)}\n`);
    }
    const made = [
      { name: 'read_file', args: { path: 'a.txt' } },
      { name: 'read_file', args: { path: `${roots[2]}/a.txt` } },
      { name: 'search_text', args: { query: 'needle' } },
      { name: 'write_file', args: { path: `${roots[1]}/new.txt`, content: 'new\n' } },
    ];
    rig.script(turns('edit_file', [calls(...made), calls(finish())]));
    const { state } = await rig.run({ goal: 'Do it.', mode: 'act', roots });
    assert.equal(state.ended?.status, 'unverified');
    const [first = '', third = '', found = ''] = answers(rig.model.requests[1]);
    assert.match(first, /needle in one/);
    assert.match(third, /needle in three/);
    for (const name of ['one', 'two', 'three']) assert.match(found, new RegExp(`needle in ${name}`));
    assert.equal(await rig.text('two/new.txt'), 'new\n');
    const opening = String(rig.model.requests[0]?.messages[1]?.content);
    assert.ok(opening.includes(`relative paths start at the first):\n${roots.join('\n')}`));
    for (const name of ['one', 'two', 'three']) assert.match(opening, new RegExp(`Rules of ${name}\\.`));
  });
});
