import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ApprovalRequest } from '../../../src/core/ports.ts';
import type { MemoryRecord } from '../../../src/protocol/memory.ts';
import { memoryRecord } from '../../contract/memory-keeper.ts';
import { plantedSecrets } from '../../support/planted-secrets.ts';
import { modelOfFamily, reuseFamilies } from './reuse-families.ts';
import { answers, calls, finish, proposal, type TaskRig, taskRig, turns, yes } from './task-rig.ts';

const { signal } = new AbortController();
const tried = (action: string, trial: Partial<MemoryRecord['trials'][number]> = {}) => ({
  ...{ action, ok: false, failure: 'no such table', cure: 'ran migrate', ms: 0 },
  ...(trial.ok ? { failure: '', cure: '' } : {}),
  ...trial,
});

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
    assert.ok(of('tool-call-ended').every(({ advice }) => advice === undefined));
    await put({ id: 'e', kind: 'episode', text: '', workspace: '/elsewhere', trials: [tried('true')] });
    await put({ id: 'r', kind: 'episode', text: '', review: true, trials: [tried('true')] });
    rig.script(turns('edit_file', [calls(command('true')), calls(finish())]));
    assert.equal((await rig.run({ goal: 'Run it.', mode: 'act' })).of('tool-call-ended')[0]?.advice, undefined);
  });

  it('is told beside a command that works now and in the question before it: how it failed, and what helped', async () => {
    const at = (month: number) => `2026-0${month}-01T00:00:00.000Z`;
    const failed = tried('mkdir -p src', { cure: 'ran mkdir src\u202e' });
    await put({ id: 'e0', kind: 'episode', text: '', at: at(1), trials: [tried('mkdir -p src', { ok: true })] });
    for (const id of [2, 3]) await put({ id: `e${id}`, kind: 'episode', text: '', at: at(id), trials: [failed] });
    await rig.write({ 'src/a.js': '' });
    rig.script(turns('edit_file', [calls(command('mkdir -p src')), calls(command('mkdir -p lib')), calls(finish())]));
    const seen: unknown[] = [];
    const people = { ...yes, approve: async (request: ApprovalRequest) => seen.push(request.advice?.text) > 0 };
    const { of } = await rig.run({ goal: 'Look.', mode: 'act', approve: 'ask' }, { people });
    const [first, second] = of('tool-call-ended');
    assert.equal(
      first?.advice?.text,
      'It failed here the last 2 times, on 2026-03-01 with: no such table\nWhat worked then: ran mkdir src\n[1 hidden character removed, in line 2]',
    );
    assert.deepEqual(first?.advice?.memories, ['e3', 'e2']);
    assert.ok(!first?.content.includes('failed'), 'what the command said stays as it is');
    assert.equal(second?.advice, undefined);
    assert.ok(answers(rig.model.requests.at(-1))[0]?.endsWith(`\n\n[memory] ${first?.advice?.text}`));
    assert.deepEqual(
      of('approval-requested').map(({ advice }) => advice?.text),
      seen,
    );
    assert.equal(seen[0], first?.advice?.text);
  });

  it('is told before a command that took long, not after it', async () => {
    await put({ id: 'e', kind: 'episode', text: '', trials: [tried('sleep #', { ok: true, ms: 480_000 })] });
    const long = 'It took 8 min here on 2026-01-01.';
    rig.script(
      turns('edit_file', [
        calls(command('sleep 0')),
        calls({ name: 'run_command', args: { command: 'sleep 3', background: true } }),
        calls({ name: 'run_command', args: { command: 'sleep 5', timeout_s: 1 } }),
        calls(finish()),
      ]),
    );
    const { of } = await rig.run({ goal: 'Wait.', mode: 'act' });
    assert.deepEqual(
      of('tool-call-ended').map(({ advice }) => advice?.text),
      [undefined, long, long, undefined],
    );
    const [episode] = (await remembered('episode')).filter(({ id }) => id !== 'e');
    assert.ok((episode?.trials.find(({ ok }) => !ok)?.ms ?? 0) >= 1000, 'the time of the run is kept');
  });

  it('never does what the user said never to do, by any tool, in any command, and in a check', async () => {
    await put({ id: 'f2', text: 'Never edit `generated/` or "lock.json", run the generator.', source: 'user' });
    await put({ id: 'f3', text: 'Never read `.secrets`.', source: 'task t', pinned: true });
    await put({ id: 'f4', text: 'Never run `git push --force`.', source: 'user' });
    await put({ id: 'f5', text: 'Never use data_inspect.', source: 'user' });
    await rig.write({ 'generated/a.js': 'one\n', '.secrets': 'one\n', 'lock.json': '{}\n' });
    const edit = (name: string) => ({ name: 'write_file', args: { path: name, content: 'two\n' } });
    const made = [
      edit('generated/a.js'),
      edit('lock.json'),
      { name: 'read_file', args: { path: '.secrets' } },
      command('cat ./.secrets'),
      command('true; bash -c "git -C . push origin --force"'),
      command('rm -r generated'),
      { name: 'use_tool', args: { tool: 'data_inspect', input: { source: 'lock.json' } } },
      { name: 'read_file', args: { path: 'generated/a.js' } },
      command('cat lock.json'),
      command('echo push --force'),
    ];
    const planner = turns('propose_plan', [calls(proposal({ id: 's', check: 'git push --force' }))]);
    const executor = turns('edit_file', [...made.map((call) => calls(call)), calls(finish())]);
    rig.script((request) => planner(request) ?? executor(request));
    const { of } = await rig.run({ goal: 'Do all that.' });
    const codes = of('tool-call-ended').map(({ error }) => error?.code);
    assert.deepEqual(
      codes.slice(1, 8),
      made.slice(0, 7).map(() => 'REMEMBERED_NEVER'),
    );
    assert.deepEqual(codes.slice(8, 11), [undefined, undefined, undefined]);
    const check = of('tool-call-ended').find(({ conversation }) => conversation.endsWith(':check'));
    assert.equal(check?.error?.code, 'REMEMBERED_NEVER');
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
    const told = { name: 'remember', args: { text: `plain-value-1, kept-and-unused and ${text}` } };
    rig.script(turns('edit_file', [calls(command('cat output.txt value.txt; false')), calls(told), calls(finish())]));
    // Kept and not used by anything.
    const kept = { secretNames: ['kept'], secretOf: async () => 'kept-and-unused' };
    const { taskId } = await rig.run({ goal: 'Look at the output.', mode: 'act' }, kept);
    const memories = [...(await remembered('episode')), ...(await remembered('fact'))];
    assert.equal(memories.length, 2);
    const everything = JSON.stringify([await rig.log(taskId), memories, rig.model.requests]);
    for (const { name, secret } of plantedSecrets)
      assert.ok(!everything.includes(JSON.stringify(secret).slice(1, -1)), name);
    assert.ok(!everything.includes('plain-value-1'), 'a value of .env');
    assert.ok(!everything.includes('kept-and-unused'), 'a value of the secret storage');
  });

  it('is superseded by what says nearly the same later, but not what the user said or what holds elsewhere too', async () => {
    const keep = (text: string) => calls({ name: 'remember', args: { text } });
    await put({ id: 'own', text: 'Deploys of the shop run on Node 20 every Tuesday.', source: 'user' });
    const elsewhere = 'Releases of the shop are made on Node 20 by Ann.';
    await put({ id: 'everywhere', text: elsewhere, source: 'task t-former', workspace: '' });
    const said = [
      'The tests of the shop run with npm test on Node 20.',
      'The tests of the shop run with npm test on Node 22.',
    ];
    const texts = [
      said[0],
      said[0],
      said[1],
      'Deploys of the shop run on Node 22 every Tuesday.',
      'Releases of the shop are made on Node 22 by Ann.',
      'The colour is mauve.',
    ];
    rig.script(turns('edit_file', [...texts.map((text) => keep(text ?? '')), calls(finish())]));
    const { of } = await rig.run({ goal: 'Note it.', mode: 'act' });
    const told = of('tool-call-ended').map(({ content }) => content);
    assert.match(told[1] ?? '', /^That is known already, as fa-/);
    assert.match(told[2] ?? '', /^Remembered as fa-\S+ It takes the place of fa-/);
    const facts = await remembered('fact');
    const held = facts.filter(({ validTo }) => validTo === null).map(({ text }) => text);
    const own = 'Deploys of the shop run on Node 20 every Tuesday.';
    assert.deepEqual(held.sort(), [own, elsewhere, ...texts.slice(2)].sort());
    assert.equal(
      facts.find(({ text }) => text === said[0])?.supersededBy,
      facts.find(({ text }) => text === said[1])?.id,
    );
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
