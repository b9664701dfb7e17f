import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import type { ErrorKind } from '../../../src/protocol/error-kinds.ts';
import type { ScriptedReply } from '../../support/scripted-model.ts';
import { answers, calls, finish, type Session, type TaskRig, taskRig, turns } from './task-rig.ts';

const key = 'sk-secret-test-key';

interface BadModel {
  readonly what: string;
  readonly reply?: ScriptedReply;
  readonly session?: Session;
  readonly kind: ErrorKind;
  /** What happened, and the next step. */
  readonly says: RegExp;
}

/** Each ends its task: as failed, with a next step, and resumable. */
const badModels: readonly BadModel[] = [
  {
    what: 'no model configured',
    session: { models: null },
    kind: 'configuration',
    says: /No model is configured\..*--model-url and --model.*Manage Models/,
  },
  {
    what: 'a wrong key',
    reply: { status: 401, body: { error: { message: `Incorrect API key provided: ${key}`, code: 'invalid_api_key' } } },
    kind: 'configuration',
    says: /refused the API key\. Set a valid key/,
  },
  {
    what: 'an endpoint that is down',
    session: { models: { baseURL: 'http://127.0.0.1:9/v1' } },
    kind: 'model-unavailable',
    says: /http:\/\/127\.0\.0\.1:9\/v1 could not be reached.*Check that it runs/,
  },
  {
    what: 'nothing, again and again',
    reply: { text: '' },
    kind: 'model-output',
    says: /3 times in a row.*Resume the task/,
  },
  {
    what: 'garbage',
    reply: { rawFrames: ['data: {"nonsense\n\n', 'data: [DONE]\n\n'] },
    kind: 'model-unavailable',
    says: /not a chat completion\. Check that the address/,
  },
  {
    what: 'a web page',
    reply: { headers: { 'content-type': 'text/html' }, body: '<html>Hello</html>', status: 200 },
    kind: 'model-unavailable',
    says: /not a chat completion\. Check that the address/,
  },
  {
    what: 'half an answer and then silence',
    reply: { text: 'I wi', cut: true },
    kind: 'model-unavailable',
    says: /broke off|hung up|answered nothing that can be used[\s\S]*(Try again|Resume)/,
  },
  {
    what: 'a call that is always cut off',
    reply: { calls: [{ name: 'write_file', args: '{"path":"a.txt","content":"half' }], finish: 'length' },
    kind: 'model-output',
    says: /cut off[\s\S]*Resume the task/,
  },
  {
    what: 'a server that fails',
    reply: { status: 500 },
    kind: 'model-unavailable',
    says: /failed\. Try again, or look into its log/,
  },
  {
    what: 'a model that is not there',
    reply: {
      status: 404,
      body: { error: { message: 'The model `scripted` does not exist', code: 'model_not_found' } },
    },
    kind: 'configuration',
    says: /does not offer "scripted"\. Check the model's name/,
  },
];

describe('bad models:', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
    await rig.write({ 'a.txt': 'one\n' });
  });
  afterEach(() => rig.remove());

  for (const { what, reply, session = {}, kind, says } of badModels) {
    for (const mode of ['auto', 'act'] as const) {
      it(`${what} in mode ${mode}: the task fails with a next step and goes on when that is mended`, async () => {
        rig.script(() => reply);
        const first = await rig.run({ goal: 'Say it.', mode }, session);
        assert.deepEqual([first.state.ended?.status, first.state.ended?.error?.kind], ['failed', kind]);
        assert.match(first.state.ended?.summary ?? '', says);
        const told = first.of('agent-message').at(-1)?.message;
        assert.deepEqual([told?.kind, told?.to], ['failure', 'coordinator']);
        assert.equal(await rig.text('a.txt'), 'one\n');
        assert.ok(!JSON.stringify(await rig.log(first.taskId)).includes(key), 'the key is in the log');
        rig.script(({ tools }) =>
          tools.includes('answer') ? calls({ name: 'answer', args: { text: 'It.' } }) : calls(finish('It.')),
        );
        const { state } = await rig.resume(first.taskId);
        assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'It.']);
      }).timeout(30_000);
    }
  }

  const badCalls: readonly (readonly [string, ScriptedReply, RegExp])[] = [
    [
      'a call that was cut off',
      { ...calls({ name: 'write_file', args: '{"path":"a.txt","con' }), finish: 'length' },
      /^\[not run\].*cut off.*Make the call again/,
    ],
    [
      'an unknown tool',
      calls({ name: 'format_disk', args: {} }),
      /There is no tool format_disk\. Use one of the tools/,
    ],
    [
      'arguments that are no JSON',
      calls({ name: 'write_file', args: '{"path":"a.txt",' }),
      /not a JSON object\. Call it again with valid JSON/,
    ],
    [
      'wrong arguments',
      calls({ name: 'write_file', args: { file: 'a.txt' } }),
      /Wrong arguments for write_file:[\s\S]*path[\s\S]*Call it again with these mended/,
    ],
    [
      'arguments of a wrong kind',
      calls({ name: 'edit_file', args: { path: 'a.txt', edits: 'all' } }),
      /Wrong arguments for edit_file/,
    ],
    ['a call without a name', calls({ name: '', args: {} }), /There is no tool/],
  ];
  for (const [what, reply, text] of badCalls) {
    it(`${what} changes nothing, is answered with what to do, and the task goes on`, async () => {
      rig.script(turns('edit_file', [reply, calls(finish('Done so.'))]));
      const { state } = await rig.run({ goal: 'Write.', mode: 'act' });
      assert.match(answers(rig.model.requests[1])[0] ?? '', text);
      assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'Done so.']);
      assert.equal(await rig.text('a.txt'), 'one\n');
    });
  }

  it('500 calls in one reply: 32 are run, the others are answered, none is lost', async () => {
    const many = Array.from({ length: 500 }, (_, index) => ({
      name: 'read_file',
      args: { path: index < 32 ? 'a.txt' : 'b.txt' },
    }));
    rig.script(turns('edit_file', [calls(...many), calls(finish())]));
    const { state, of } = await rig.run({ goal: 'Read.', mode: 'act' });
    assert.equal(state.ended?.status, 'unverified');
    assert.equal(answers(rig.model.requests[1]).length, 500);
    assert.equal(of('tool-call-ended').filter(({ ok }) => ok).length, 32 + 1);
    assert.match(answers(rig.model.requests[1])[499] ?? '', /At most 32 calls a reply\. Make fewer/);
  });

  it('500 calls in a row, one a reply: the limit of turns ends them', async () => {
    let made = 0;
    rig.script(() => {
      made += 1;
      return calls({ name: 'list_files', args: { limit: 1 + (made % 900) } });
    });
    const { state } = await rig.run({ goal: 'Go round.', mode: 'act' });
    assert.deepEqual([state.ended?.status, state.ended?.error?.code, made], ['limit-reached', 'TURNS', 100]);
  });

  it('the same failing call over and over: it is stopped after three, and says so', async () => {
    rig.script(() =>
      calls({ name: 'edit_file', args: { path: 'a.txt', edits: [{ old_text: 'nine', new_text: 'ten' }] } }),
    );
    const { taskId, state } = await rig.run({ goal: 'Edit.', mode: 'act' });
    assert.equal(state.ended?.status, 'failed');
    assert.match(state.ended?.summary ?? '', /The same call failed 3 times: edit_file/);
    assert.equal(rig.model.requests.length, 3);
    assert.equal(await rig.text('a.txt'), 'one\n');
    rig.script(() => calls(finish()));
    assert.equal((await rig.resume(taskId)).state.ended?.status, 'unverified');
  });

  it('the same failing call while planning: it is stopped after three, and says so', async () => {
    rig.script(() => calls({ name: 'read_file', args: { path: 'nowhere.txt' } }));
    const { taskId, state } = await rig.run({ goal: 'Plan.' });
    assert.deepEqual([state.ended?.status, state.ended?.error?.code], ['failed', 'NO_PLAN']);
    assert.match(state.ended?.summary ?? '', /The same call failed 3 times: read_file[\s\S]*Resume the task/);
    rig.script(() => ({ text: 'It is not there.' }));
    assert.equal((await rig.resume(taskId)).state.ended?.status, 'unverified');
  });

  it('a Planner that only reads: it is told to stop after ten, and fails after twelve replies', async () => {
    let made = 0;
    rig.script(() => {
      made += 1;
      return calls({ name: 'list_files', args: { limit: made } });
    });
    const { state } = await rig.run({ goal: 'Plan.' });
    assert.deepEqual([state.ended?.error?.code, made], ['NO_PLAN', 12]);
    assert.match(answers(rig.model.requests.at(-1)).at(-1) ?? '', /read enough: ten calls\. Propose the plan/);
  });

  it('10 MB of output: the model sees head and tail, the whole is on disk', async () => {
    const command = 'seq 1 1300000; echo the very end';
    rig.script(turns('edit_file', [calls({ name: 'run_command', args: { command } }), calls(finish())]));
    const { state, of } = await rig.run({ goal: 'Print.', mode: 'act' });
    assert.equal(state.ended?.status, 'unverified');
    const shown = answers(rig.model.requests[1])[0] ?? '';
    assert.ok(shown.length < 49_000);
    assert.match(
      shown,
      /^exit code 0[\s\S]*\n1\n2\n[\s\S]*left out; read them with command_output[\s\S]*the very end\n$/,
    );
    assert.ok((await stat(of('command-started')[0]?.output ?? '')).size > 9_000_000);
  }).timeout(30_000);

  it('more than the window of the model takes: earlier turns leave, the task goes on', async () => {
    await rig.write({ 'long.txt': 'a line of some length\n'.repeat(2000) });
    let made = 0;
    rig.script(() => {
      made += 1;
      return made < 8 ? calls({ name: 'read_file', args: { path: 'long.txt', start_line: made } }) : calls(finish());
    });
    const { state, of } = await rig.run({ goal: 'Read.', mode: 'act' }, { models: { context: 32_000 } });
    assert.equal(state.ended?.status, 'unverified');
    assert.ok(of('context-compacted').length > 0);
    for (const { raw } of rig.model.requests) assert.ok(raw.length < 32_000 * 4);
  });
});
