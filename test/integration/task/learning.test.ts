import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { MemoryRecord } from '../../../src/protocol/memory.ts';
import { memoryRecord } from '../../contract/memory-keeper.ts';
import { plantedSecrets } from '../../support/planted-secrets.ts';
import { modelOfFamily, reuseFamilies } from './reuse-families.ts';
import { answers, calls, finish, proposal, type TaskRig, taskRig, turns } from './task-rig.ts';

const { signal } = new AbortController();

/** Each fails until something is there; the cure makes it. */
const failures: readonly { name: string; fails: string; cure: string; files: Record<string, string> }[] = [
  ...['missing module', 'missing table', 'missing folder', 'closed port', 'old schema'].map((name) =>
    family(name, `Error: ${name}, not ready`),
  ),
  ...['lint', 'format', 'types', 'licence', 'snapshot'].map((name) => family(name, `${name} check failed: 3 problems`)),
];

function family(name: string, message: string) {
  const script = name.replace(' ', '-');
  return {
    name,
    fails: `sh ${script}.sh`,
    cure: `sh prepare-${script}.sh`,
    files: {
      [`${script}.sh`]: `test -f ready && exit 0\necho '${message}'\nexit 1\n`,
      [`prepare-${script}.sh`]: 'touch ready\n',
    },
  };
}

describe('what a task learns', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());
  const command = (text: string) => ({ name: 'run_command', args: { command: text } });
  const remembered = async (kind: MemoryRecord['kind']) => {
    const { ports, close } = await rig.open();
    const records = await ports.memory.store.list({ kinds: [kind], limit: 100 });
    await close();
    return records;
  };
  const put = async (record: Partial<MemoryRecord> & { text: string }) => {
    const { ports, close } = await rig.open();
    await ports.memory.store.put([{ ...memoryRecord('fact', 'f1', record.text, '', rig.root), ...record }], signal);
    await close();
  };

  for (const family of failures) {
    it(`is told when it happens again: ${family.name}`, async () => {
      await rig.write(family.files);
      rig.script(
        turns('edit_file', [
          calls(command(family.fails)),
          calls(command(family.cure)),
          calls(command(family.fails)),
          calls(finish()),
        ]),
      );
      await rig.run({ goal: `Do the ${family.name} work.`, mode: 'act' });
      await rm(path.join(rig.root, 'ready'), { force: true });
      rig.script(turns('edit_file', [calls(command(family.fails)), calls(finish())]));
      await rig.run({ goal: `Now something else with ${family.name}.`, mode: 'act' });
      const [answer = ''] = answers(rig.model.requests.at(-1));
      assert.match(answer, /\[memory\] On \d{4}-\d\d-\d\d/);
      assert.ok(answer.includes(`What worked then: ran ${family.cure}`), answer);
    });
  }

  it('says nothing beside a call that works, and nothing of other workspaces', async () => {
    rig.script(turns('edit_file', [calls(command('true')), calls(command('true')), calls(finish())]));
    const { of } = await rig.run({ goal: 'Run it.', mode: 'act' });
    assert.ok(of('tool-call-ended').every(({ content }) => !content.includes('[memory]')));
  });

  it('never does what the user said never to do', async () => {
    await put({ text: 'Never run `npm publish` here, the pipeline does it.', source: 'user' });
    rig.script(turns('edit_file', [calls(command('cd . && npm publish --dry-run')), calls(finish())]));
    const { of } = await rig.run({ goal: 'Release it.', mode: 'act' });
    const [ended] = of('tool-call-ended');
    assert.equal(ended?.error?.code, 'REMEMBERED_NEVER');
    assert.match(ended?.content ?? '', /The user does not want this: "Never run `npm publish`.*memory f1/);
    assert.equal(of('command-started').length, 0);
  });

  it('is told what is pinned, whatever the goal says, before everything else', async () => {
    const rule = 'Deployments go out on Tuesdays.';
    await put({ id: 'pinned', text: rule, pinned: true });
    await put({ id: 'elsewhere', text: 'Not here.', pinned: true, workspace: '/elsewhere' });
    await put({ id: 'found', text: 'The parser keeps its tables in memory.' });
    rig.script(turns('edit_file', [calls(finish())]));
    const { state } = await rig.run({ goal: 'Mend the parser.', mode: 'act' });
    assert.deepEqual(
      state.recalled?.hits.map(({ id, why }) => [id, why.split(';')[0]]),
      [
        ['pinned', 'pinned'],
        ['found', 'full text, rank 1'],
      ],
    );
    assert.ok(rig.model.requests.at(-1)?.raw.includes(rule));
  });

  it('does not take a word of another task for the user’s, nor one that no longer holds', async () => {
    await put({ text: 'Never run `true`.', source: 'task t-1' });
    rig.script(turns('edit_file', [calls(command('true')), calls(finish())]));
    assert.equal((await rig.run({ goal: 'Run it.', mode: 'act' })).of('tool-call-ended')[0]?.ok, true);
    await put({ text: 'Never run `true`.', source: 'user', validTo: '2020-01-01T00:00:00.000Z' });
    rig.script(turns('edit_file', [calls(command('true')), calls(finish())]));
    assert.equal((await rig.run({ goal: 'Run it.', mode: 'act' })).of('tool-call-ended')[0]?.ok, true);
  });

  for (const [index, family] of reuseFamilies.entries()) {
    it(`is reused: ${family.verb} in ${family.first}, then in ${family.second}`, async () => {
      const outcomes = [];
      for (const file of [family.first, family.second]) {
        await rig.write({ [file]: 'old\n', 'package.json': '{}' });
        rig.script(modelOfFamily(file, family.verb));
        outcomes.push(await rig.run({ goal: `${family.verb} in ${file}` }));
      }
      const [first, second] = outcomes;
      assert.deepEqual([first?.state.ended?.status, second?.state.ended?.status], ['verified', 'verified']);
      assert.match(second?.state.recalled?.hits.map(({ why }) => why).join() ?? '', /worked 1 of 1 times/);
      const [plan] = second?.of('plan-proposed') ?? [];
      assert.deepEqual(
        plan?.plan.steps.map(({ title }) => title),
        [`${family.verb} ${family.second}`],
        'the plan of the second is that of the first with the new name',
      );
      assert.equal(first?.of('plan-proposed')[0]?.basedOn, undefined);
      assert.match(plan?.basedOn?.record ?? '', /^worked 1 of 1 times, last on \d{4}-/);
      assert.ok((second?.state.turns ?? 99) < (first?.state.turns ?? 0));
      const workflows = await remembered('workflow');
      assert.equal(workflows.length, 1, `${index}`);
      const { runs, successes, status } = workflows[0]?.workflow ?? {};
      assert.deepEqual([runs, successes, status], [2, 2, 'active']);
    });
  }

  it('counts against a workflow that did not work', async () => {
    await rig.write({ 'a.txt': 'old\n' });
    rig.script(modelOfFamily('a.txt', 'Mend words'));
    await rig.run({ goal: 'Mend words in a.txt' });
    await rig.write({ 'b.txt': 'old\n' });
    const planner = turns(
      'propose_plan',
      Array.from({ length: 9 }, (_, at) => calls(proposal({ id: `s${at}`, check: 'false' }))),
    );
    rig.script((request) => planner(request) ?? calls(command('true'), command('echo x'), finish()));
    const { state } = await rig.run({ goal: 'Mend words in b.txt' });
    assert.equal(state.ended?.status, 'failed');
    const { runs, successes } = (await remembered('workflow'))[0]?.workflow ?? {};
    assert.deepEqual([runs, successes], [2, 1]);
  });

  it('has none of the secrets that tools printed, in log, memory or prompt', async () => {
    const text = plantedSecrets.map((planted) => planted.text).join('\n\n');
    await rig.write({
      'output.txt': text,
      'value.txt': 'the env value is plain-value-1',
      '.env': 'SOME_TOKEN=plain-value-1\n',
    });
    rig.script(turns('edit_file', [calls(command('cat output.txt value.txt; false')), calls(finish())]));
    const { taskId } = await rig.run({ goal: 'Look at the output.', mode: 'act' });
    const everything = JSON.stringify([await rig.log(taskId), await remembered('episode'), rig.model.requests]);
    for (const { name, secret } of plantedSecrets)
      assert.ok(!everything.includes(JSON.stringify(secret).slice(1, -1)), name);
    assert.ok(!everything.includes('plain-value-1'), 'a value of .env');
  });

  it('is kept and found by the tools for it, and forgotten only when a person allows it', async () => {
    await rig.write({ 'src/a.js': 'one\n' });
    const remember = {
      name: 'remember',
      args: { text: 'The colour is mauve.', cites: ['src/a.js:1'] },
    };
    rig.script(
      turns('edit_file', [calls(remember), calls({ name: 'recall', args: { query: 'colour' } }), calls(finish())]),
    );
    await rig.run({ goal: 'Note it.', mode: 'act' });
    const [fact] = await remembered('fact');
    assert.equal(fact?.cites[0]?.path, 'src/a.js');
    assert.match(
      answers(rig.model.requests.at(-1))[1] ?? '',
      new RegExp(`${fact?.id} \\(fact; .*\nThe colour is mauve`),
    );
    await rig.write({ 'src/a.js': 'two\n' });
    rig.script(
      turns('edit_file', [
        calls({ name: 'recall', args: { query: 'colour' } }),
        calls({ name: 'forget', args: { id: fact?.id } }),
        calls(finish()),
      ]),
    );
    const asked = await rig.run({ goal: 'Which one?', mode: 'act' });
    assert.match(answers(rig.model.requests.at(-1))[0] ?? '', /stale: src\/a\.js changed since/);
    assert.equal(asked.state.ended, undefined, 'nobody was there to allow it');
    assert.equal((await remembered('fact')).length, 1);
  });
});
