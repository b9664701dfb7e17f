import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processTable } from '../../../src/adapters/process/process-table.ts';
import type { LoggedEvent } from '../../../src/protocol/task-event.ts';
import { buildExtension, projectFolder } from '../../support/extension-package.ts';
import { answers, calls, finish, proposal, type TaskRig, taskRig, turns } from './task-rig.ts';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

describe('the command line', () => {
  let rig: TaskRig;
  before(async function () {
    this.timeout(60_000);
    await buildExtension();
  });
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  function start(
    words: readonly string[],
    input = '',
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const env = {
      ...process.env,
      OPENMAGUS_HOME: rig.home,
      OPENMAGUS_DISCOVERY: 'off',
      NODE_OPTIONS: '',
      EMPTY_KEY: '',
      MODEL_KEY: 'sk-secret-test-key',
    };
    const child = spawn(process.execPath, [path.join(projectFolder, 'dist', 'cli.js'), ...words], {
      cwd: rig.root,
      env,
    });
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdin.end(input);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, out, errors }));
    });
    return { child, ended };
  }
  const openmagus = (words: readonly string[], input = ''): Promise<Ended> => start(words, input).ended;
  const modelWords = (): readonly string[] => [
    '--model-url',
    rig.model.url,
    '--model',
    'scripted',
    '--api-key-env',
    'MODEL_KEY',
  ];
  const linesOf = <T>(text: string): readonly T[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as T);
  const command = (text: string) => calls({ name: 'run_command', args: { command: text } });

  it('runs a task and prints, with --json, nothing but its log', async () => {
    await rig.write({ 'a.txt': 'one\n' });
    const planner = turns('propose_plan', [calls(proposal({ id: 'one', check: 'echo checked; grep -q two a.txt' }))]);
    const edit = { name: 'edit_file', args: { path: 'a.txt', edits: [{ old_text: 'one', new_text: 'two' }] } };
    const executor = turns('edit_file', [calls(edit), calls(finish())]);
    rig.script((request) => planner(request) ?? executor(request));
    const { code, out, errors } = await openmagus([
      'run',
      '--json',
      ...modelWords(),
      '--approve',
      'auto',
      'Make',
      'one',
      'two',
    ]);
    assert.deepEqual([code, errors], [0, '']);
    const log = linesOf<LoggedEvent>(out);
    for (const line of log) assert.deepEqual(Object.keys(line).sort(), ['at', 'event', 'seq', 'taskId']);
    assert.deepEqual(
      log.map(({ seq }) => seq),
      log.map((_, index) => index + 1),
    );
    assert.deepEqual([log[0]?.event.type, log.at(-1)?.event.type], ['task-created', 'task-ended']);
    const first = log[0]?.event;
    assert.ok(first?.type === 'task-created');
    assert.deepEqual([first.start.goal, first.start.roots], ['Make one two', [rig.root]]);
    assert.equal(rig.model.requests[0]?.authorization, 'Bearer sk-secret-test-key');
    assert.ok(!out.includes('sk-secret-test-key'));
    const shown = await openmagus(['show', log[0]?.taskId ?? '', '--json']);
    assert.deepEqual(linesOf(shown.out), log);
  });

  const text = (await_: Ended): string => `${await_.out}\n${await_.errors}`;
  const usage: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['fly'], /There is no command fly\.[\s\S]*openmagus run|Usage/],
    ['an unknown option', ['run', '--fast', 'x'], /--fast[\s\S]*See: openmagus help/],
    ['an unknown mode', ['run', '--mode', 'wild', 'x'], /--mode is one of auto, ask, plan, act, not wild/],
    ['a limit that is no number', ['run', '--max-turns', 'few', 'x'], /--max-turns takes a number above 0, not few/],
    [
      'an address without a model',
      ['run', '--model-url', 'http://127.0.0.1:1/v1', 'x'],
      /--model-url also needs --model NAME/,
    ],
    [
      'an empty key',
      ['run', '--model-url', 'http://127.0.0.1:1/v1', '--model', 'm', '--api-key-env', 'EMPTY_KEY', 'x'],
      /EMPTY_KEY is empty\. Put the key/,
    ],
    ['an address that is none', ['run', '--model-url', 'nowhere', '--model', 'm', 'x'], /not an http or https address/],
    ['a configuration that is not there', ['run', '--config', 'none.json', 'x'], /none\.json cannot be read/],
    ['a workspace that is none', ['run', '--workspace', '/nowhere', 'x'], /--workspace \/nowhere is not a folder/],
    ['no goal', ['run'], /The goal is empty\. Say in a sentence/],
    ['no model', ['run', 'x'], /No model is configured[\s\S]*Go on with: openmagus resume t-/],
    ['no task to resume', ['resume'], /Which task\? List them with: openmagus tasks/],
    ['an unknown task to resume', ['resume', 't-none'], /There is no task t-none\. List the tasks/],
    ['an unknown task to show', ['show', 't-none'], /There is no task t-none/],
    ['an unknown task to export', ['export', 't-none'], /There is no task t-none/],
  ];
  for (const [what, words, says] of usage) {
    it(`exits 2 for ${what} and says what to do`, async () => {
      const ended = await openmagus(words);
      assert.equal(ended.code, 2, text(ended));
      assert.match(ended.errors, says);
      assert.ok(!ended.errors.includes('    at '), 'a stack');
    });
  }

  it('takes a goal from stdin, and refuses one of 1 MB', async () => {
    rig.script(() => ({ text: 'Fine.' }));
    const { code, out } = await openmagus(['run', ...modelWords(), '-'], 'What is this?\n');
    assert.equal(code, 0);
    assert.match(out, /Fine\.\n\nunverified · 120 tokens/);
    assert.match(String(rig.model.requests[0]?.messages[1]?.content), /What is this\?$/);
    const large = await openmagus(['run', ...modelWords(), '-'], 'word '.repeat(200_000));
    assert.equal(large.code, 2);
    assert.match(large.errors, /999,999 characters, at most 200,000/);
  });

  it('exits 1 when the task failed, and says how to go on', async () => {
    rig.script(() => command('exit 3'));
    const { code, out, errors } = await openmagus([
      'run',
      ...modelWords(),
      '--mode',
      'act',
      '--approve',
      'auto',
      'Try it',
    ]);
    assert.equal(code, 1);
    assert.match(errors, /the task failed[\s\S]*Go on with: openmagus resume t-/);
    assert.match(out, /The same call failed 3 times: run_command[\s\S]*failed · 360 tokens/);
    rig.script(() => ({ status: 500 }));
    const broken = await openmagus(['run', ...modelWords(), 'Try it']);
    assert.equal(broken.code, 1);
    assert.match(broken.errors, /failed\. Try again, or look into its log[\s\S]*Go on with: openmagus resume t-/);
  }).timeout(30_000);

  const approvals: readonly (readonly [string, string, number, RegExp | undefined])[] = [
    ['ask', 'echo hi > hi.txt', 3, undefined],
    ['edits', 'echo hi > hi.txt', 3, undefined],
    ['auto', 'echo hi > hi.txt', 0, /^exit code 0/],
    ['auto', 'git push', 3, undefined],
    ['deny', 'echo hi > hi.txt', 0, /^The policy said no: It runs a command.*Find another way/],
  ];
  for (const [mode, line, code, answered] of approvals) {
    it(`with --approve ${mode} ends ${code} where "${line}" is wanted`, async () => {
      rig.script(turns('edit_file', [command(line), calls(finish())]));
      const ended = await openmagus(['run', ...modelWords(), '--mode', 'act', '--approve', mode, 'Say hi']);
      assert.equal(ended.code, code, text(ended));
      assert.equal(await rig.text('hi.txt').catch(() => 'none'), code === 0 && mode === 'auto' ? 'hi\n' : 'none');
      if (code === 3)
        assert.match(
          ended.errors,
          /waits for a decision and nobody is here.*Go on with: openmagus resume t-\S+ --approve ask/,
        );
      if (answered) assert.match(answers(rig.model.requests[1])[0] ?? '', answered);
    });
  }

  it('with --approve edits changes files without asking, but none that is protected', async () => {
    const write = (name: string) => calls({ name: 'write_file', args: { path: name, content: 'x\n' } });
    rig.script(turns('edit_file', [write('a.txt'), write('.github/workflows/ci.yml'), calls(finish())]));
    const { code } = await openmagus(['run', ...modelWords(), '--mode', 'act', '--approve', 'edits', 'Write']);
    assert.equal(code, 3);
    assert.equal(await rig.text('a.txt'), 'x\n');
    await assert.rejects(rig.text('.github/workflows/ci.yml'));
  });

  it('exits 4 at a limit, and goes on with the same words', async () => {
    rig.script(() => calls({ name: 'list_files', args: {} }));
    const words = [...modelWords(), '--max-turns', '2', '--approve', 'auto'];
    const { code, errors } = await openmagus(['run', ...words, '--mode', 'act', 'Go round']);
    assert.equal(code, 4);
    const taskId = /openmagus resume (\S+)/.exec(errors)?.[1] ?? '';
    assert.match(errors, /limit of 2 turns\. Resume it to go on with as much again/);
    rig.script(() => calls(finish()));
    assert.equal((await openmagus(['resume', taskId, ...words])).code, 0);
  });

  it('exits 4 when its time is over', async () => {
    rig.script(() => ({ text: 'Hm', silence: true }));
    const { code, errors } = await openmagus(['run', ...modelWords(), '--timeout', '0.5', 'Think']);
    assert.equal(code, 4);
    assert.match(errors, /limit of 0\.5 seconds/);
  });

  it('ends without a word when nobody reads its output any more; a task is cancelled', async () => {
    // More than a pipe holds, so that it still writes when nobody reads.
    rig.script(turns('edit_file', [command('yes | head -c 300000; echo $$ > pid; sleep 300')]));
    const words = ['run', ...modelWords(), '--mode', 'act', '--approve', 'auto', 'Print'];
    const { child, ended } = start(words);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { code, errors } = await ended;
    assert.equal(code, 130);
    assert.doesNotMatch(errors, /EPIPE| at /);
    const bench = start(['memory', 'bench', '--records', '200']);
    bench.child.stdout?.once('data', () => bench.child.stdout?.destroy());
    const { code: ofBench, errors: said } = await bench.ended;
    assert.deepEqual([ofBench, said], [0, '']);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`exits 130 on ${signal}, with every process gone, and can be resumed`, async () => {
      rig.script(turns('edit_file', [command('echo $$ > pid; sleep 300')]));
      const { child, ended } = start(['run', ...modelWords(), '--mode', 'act', '--approve', 'auto', 'Wait']);
      let pid = 0;
      for (let tries = 0; tries < 400 && pid === 0; tries += 1) {
        await sleep(25);
        pid = Number(await rig.text('pid').catch(() => ''));
      }
      assert.ok(pid > 0);
      child.kill(signal);
      const { code, errors } = await ended;
      assert.equal(code, 130);
      assert.ok(!(await processTable()).some((entry) => entry.pid === pid));
      const taskId = /openmagus resume (\S+)/.exec(errors)?.[1] ?? '';
      rig.script(() => calls(finish()));
      assert.equal((await openmagus(['resume', taskId, ...modelWords(), '--approve', 'auto'])).code, 0);
    });
  }

  it('lists, shows and exports tasks without anything secret', async () => {
    assert.match((await openmagus(['tasks'])).out, /No tasks yet\. Start one with: openmagus run "goal"/);
    rig.script(() => ({ text: 'The token: a1b2c3d4e5f6 \u001b[31mred\u001b[0m' }));
    const { out: ran } = await openmagus(['run', ...modelWords(), 'Say\u001b[2J it']);
    const taskId = /Task (\S+)/.exec(ran)?.[1] ?? '';
    const { out: list } = await openmagus(['tasks']);
    assert.match(list, new RegExp(`^${taskId}  \\S+Z  unverified     Say`));
    const { out: shown } = await openmagus(['show', taskId]);
    assert.match(shown, /^ {4}1 {2}\S+ {2}\{"type":"task-created"/);
    const { out: exported } = await openmagus(['export', taskId]);
    assert.match(exported, /^# Say[\s\S]*Status: unverified[\s\S]*The token: \[redacted\]/);
    for (const printed of [ran, list, shown, exported])
      assert.ok(!printed.includes('\u001b'), 'a control character reached the terminal');
    const more = await openmagus(['run', '--no-memory', ...modelWords(), 'Say more']);
    assert.equal(more.code, 0);
    assert.equal(String(rig.model.requests.at(-1)?.messages[1]?.content).includes('<memory'), false);
  });

  it('runs tools line by line through the same policy, and answers lines that are wrong', async () => {
    await rig.write({ 'a.txt': 'one\n' });
    const rows = [
      { id: 1, tool: 'read_file', input: { path: 'a.txt' } },
      { id: 2, tool: 'write_file', input: { path: 'b.txt', content: 'b\n' } },
      { id: 3, tool: 'write_file', input: { path: 'b.txt', content: 'b\n' }, approve: 'yes' },
      { id: 4, tool: 'fly', input: {} },
      { id: 5, tool: 'read_file', input: {} },
    ];
    const input = `${rows.map((row) => JSON.stringify(row)).join('\n')}\nnonsense\n{"tool":7}\n`;
    const { code, out } = await openmagus(['tool', '--batch'], input);
    assert.equal(code, 0);
    const answered = linesOf<{
      id?: number;
      ok: boolean;
      content: string;
      decision?: string;
      error?: { code: string };
    }>(out);
    assert.deepEqual(
      answered.map(({ id, ok, decision, error }) => [id, ok, decision, error?.code]),
      [
        [1, true, 'allow', undefined],
        [2, false, 'ask', 'REFUSED'],
        [3, true, 'ask', undefined],
        [4, false, 'deny', 'UNKNOWN_TOOL'],
        [5, false, 'deny', 'BAD_ARGUMENTS'],
        [undefined, false, undefined, 'BAD_LINE'],
        [undefined, false, undefined, 'BAD_LINE'],
      ],
    );
    assert.match(answered[4]?.content ?? '', /path: is missing; it is a string/);
    assert.equal(await rig.text('b.txt'), 'b\n');
  });

  it('says what would be decided and runs nothing', async () => {
    const rows = [
      { id: 1, command: 'touch done' },
      { id: 2, command: 'git push' },
      { id: 3, tool: 'read_file', input: { path: '/etc/hosts' } },
      { id: 4, tool: 'read_file', input: { path: 'a.txt' } },
      { id: 5, tool: 'write_file', input: { path: '.git/config', content: '' } },
    ];
    const { out } = await openmagus(['policy', '--batch'], `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
    assert.deepEqual(
      linesOf<{ id: number; decision: string; rule: string }>(out).map(({ id, decision, rule }) => [
        id,
        decision,
        rule,
      ]),
      [
        [1, 'ask', 'run-command'],
        [2, 'ask', 'protected'],
        [3, 'ask', 'outside-workspace'],
        [4, 'allow', 'read'],
        [5, 'ask', 'protected'],
      ],
    );
    await assert.rejects(rig.text('done'));
  });

  it('says what is missing and how to mend it', async () => {
    const bare = await openmagus(['doctor']);
    assert.match(bare.out, /✓ Node [\s\S]*✓ The journal opens[\s\S]*✗ No model is configured/);
    const whole = await openmagus(['doctor', ...modelWords()]);
    assert.match(whole.out, new RegExp(`✓ .*${rig.model.url.replaceAll('.', '\\.')}`));
  });

  it('takes the model from a configuration file', async () => {
    const file = path.join(rig.home, '..', 'models.json');
    const endpoints = { own: { kind: 'openai', baseURL: rig.model.url, apiKeyEnv: 'MODEL_KEY' } };
    const groups = { main: [{ endpoint: 'own', model: 'scripted', context: 64_000 }] };
    await writeFile(file, JSON.stringify({ endpoints, groups, routing: { primary: 'main' } }));
    rig.script(() => ({ text: 'Fine.' }));
    assert.equal((await openmagus(['run', '--config', file, 'x'])).code, 0);
    await writeFile(file, JSON.stringify({ endpoints, groups, routing: { primary: 'other' } }));
    const { code, errors } = await openmagus(['run', '--config', file, 'x']);
    assert.equal(code, 2);
    assert.match(errors, /routing\.primary: "other" is not under groups; there is "main"/);
    assert.ok(!(await readFile(path.join(rig.home, 'openmagus.db'))).includes('sk-secret-test-key'));
  });

  it('keeps no key in the journal, not even when it resumes', async () => {
    rig.script(() => ({ status: 500 }));
    const { errors } = await openmagus(['run', ...modelWords(), 'x']);
    const taskId = /openmagus resume (\S+)/.exec(errors)?.[1] ?? '';
    rig.script(() => ({ text: 'Fine.' }));
    const { out } = await openmagus(['resume', taskId, '--json', ...modelWords()]);
    const [resumed] = linesOf<LoggedEvent>(out);
    assert.deepEqual(resumed?.event, { type: 'task-resumed', approve: 'ask', limits: { maxTurns: 100 } });
    assert.ok(!JSON.stringify(await rig.log(taskId)).includes('sk-secret-test-key'));
  }).timeout(30_000);
});
