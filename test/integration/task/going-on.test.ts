import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { processTable } from '../../../src/adapters/process/process-table.ts';
import { resumeTask } from '../../../src/core/agents/resume-task.ts';
import { createTask } from '../../../src/core/agents/start-task.ts';
import type { TaskEvent } from '../../../src/protocol/task-event.ts';
import type { ScriptedMessage } from '../../support/scripted-model.ts';
import { answers, calls, finish, nobody, proposal, type TaskRig, taskRig, turns, yes } from './task-rig.ts';

describe('a task that goes on', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  /** A task whose former session died while a command ran, which is still alive. */
  async function leaveRunning(ended: boolean): Promise<{ taskId: string; pid: number; gone(): Promise<boolean> }> {
    const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    child.unref();
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const bornAt = (await processTable()).find((entry) => entry.pid === pid)?.bornAt ?? '';
    const call = { id: 'c1', name: 'run_command', arguments: '{"command":"sleep 300"}' };
    const events: readonly TaskEvent[] = [
      { type: 'memory-recalled', hits: [], rules: [] },
      {
        type: 'plan-proposed',
        revision: 1,
        plan: { steps: [{ id: 'a', title: 'a', instructions: '', after: [], writes: [], doneWhen: '' }] },
      },
      { type: 'plan-resolved', accepted: true, by: 'rule' },
      { type: 'step-started', stepId: 'a' },
      {
        type: 'model-replied',
        conversation: 'a',
        text: '',
        calls: [call],
        finish: 'tool-calls',
        model: 'm',
        usage: { inputTokens: 1, outputTokens: 1 },
      },
      { type: 'tool-call-started', conversation: 'a', callId: 'c1', name: 'run_command', title: 'Run sleep' },
      { type: 'command-started', callId: 'c1', commandId: 'c1', command: 'sleep 300', pid, bornAt, output: '/nowhere' },
      ...(ended
        ? [
            {
              type: 'tool-call-ended',
              conversation: 'a',
              callId: 'c1',
              ok: true,
              content: 'running in the background',
              durationMs: 1,
            } as const,
          ]
        : []),
    ];
    const { ports, close } = await rig.open();
    const taskId = await createTask(ports, {
      goal: 'Sleep.',
      mode: 'act',
      approve: 'auto',
      limits: { maxTurns: 9 },
      roots: [rig.root],
    });
    await ports.log.append(taskId, events);
    await close();
    const gone = async (): Promise<boolean> => !(await processTable()).some((entry) => entry.pid === pid);
    after(() => {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It was ended, which is what most of these tests want.
      }
    });
    return { taskId, pid, gone };
  }

  for (const inBackground of [false, true]) {
    it(`offers to end a command that a former session left ${inBackground ? 'in the background' : 'in the middle of a call'}`, async () => {
      const { taskId, pid, gone } = await leaveRunning(inBackground);
      rig.script(() => calls(finish()));
      const asked: string[] = [];
      const people = {
        ...yes,
        answer: async (_task: string, { question, choices }: { question: string; choices: readonly string[] }) => {
          asked.push(question);
          return choices[0];
        },
      };
      const { state, of } = await rig.resume(taskId, { people });
      assert.equal(state.ended?.status, 'unverified');
      assert.equal(asked.length, 1);
      assert.match(asked[0] ?? '', new RegExp(`still runs as process ${pid}: sleep 300`));
      assert.deepEqual(of('question-asked')[0]?.choices, ['End it', 'Leave it running']);
      assert.ok(await gone());
      const answered = answers(rig.model.requests[0])[0] ?? '';
      assert.match(
        answered,
        inBackground ? /running in the background/ : /^\[outcome unknown\].*It is not running any more/,
      );
    });
  }

  it('leaves such a command alone where nobody can be asked, and says so', async () => {
    const { taskId, pid, gone } = await leaveRunning(false);
    rig.script(() => calls(finish()));
    const { of } = await rig.resume(taskId, { people: nobody });
    assert.equal(await gone(), false);
    assert.match(of('warning')[0]?.message ?? '', new RegExp(`process ${pid} .*left alone.*resume the task`));
    assert.match(answers(rig.model.requests[0])[0] ?? '', new RegExp(`still running as process ${pid}`));
  });

  it('is refused while it runs elsewhere, and its log stays as it is', async () => {
    const one = await rig.open();
    const other = await rig.open();
    const taskId = await createTask(one.ports, { goal: 'Wait.', roots: [rig.root], limits: { maxTurns: 9 } });
    const lease = await one.ports.log.acquire(taskId);
    const terms = { approve: 'auto', limits: { maxTurns: 9 } } as const;
    await assert.rejects(resumeTask(other.ports, taskId, terms), {
      code: 'LEASED',
      message: /end it there and then resume it here/,
    });
    assert.equal((await one.ports.log.read(taskId)).length, 1);
    await lease.release();
    await resumeTask(other.ports, taskId, terms);
    assert.deepEqual((await one.ports.log.read(taskId)).at(-1)?.event, { type: 'task-resumed', ...terms });
  });

  it('that nobody knows is not invented', async () => {
    await assert.rejects(rig.resume('t-nothing'), { code: 'NO_TASK', message: /openmagus tasks/ });
  });

  it('again after its end only says how it ended', async () => {
    const planner = turns('propose_plan', [calls(proposal({ id: 'a', check: 'true' }))]);
    rig.script((request) => planner(request) ?? calls(finish('All is well.')));
    const { taskId } = await rig.run({ goal: 'Do.' });
    const asked = rig.model.requests.length;
    const { state } = await rig.resume(taskId);
    assert.deepEqual([state.ended?.status, state.ended?.summary], ['verified', 'All is well.']);
    assert.equal(rig.model.requests.length, asked);
  });
});

describe('what a task knows', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  it('is recalled in the next task like it', async () => {
    rig.script(turns('edit_file', [calls(finish('The flaky test was the cache: clear it in setup.'))]));
    await rig.run({ goal: 'Mend the flaky login test.', mode: 'act' });
    rig.script(() => calls(finish()));
    const { state } = await rig.run({ goal: 'The login test is flaky again.', mode: 'act' });
    assert.equal(state.recalled?.hits.length, 1);
    const opening = String(rig.model.requests.at(-1)?.messages[1]?.content);
    assert.match(opening, /<memory kind="episode" why="full text, rank 1[^"]*">[\s\S]*clear it in setup/);
    const third = await rig.run({ goal: 'The login test is flaky again.', mode: 'act', memory: false });
    assert.equal(third.state.recalled?.hits.length, 0);
  });

  it('are the rules of its folders, of what the user pointed at, and of what a step writes', async () => {
    await rig.write({
      'AGENTS.md': 'Rule one.',
      'src/CLAUDE.md': 'Rule two.',
      'src/a.ts': '',
      'lib/deep/AGENTS.md': 'Rule three.',
    });
    const planner = turns('propose_plan', [calls(proposal({ id: 'a', writes: ['lib/deep/**'] }))]);
    rig.script((request) => planner(request) ?? calls(finish()));
    const context = [{ kind: 'file', label: 'src/a.ts', text: '' } as const];
    const { state, of } = await rig.run({ goal: 'Do.', context });
    assert.deepEqual(
      state.recalled?.rules.map(({ path }) => path),
      ['src/CLAUDE.md', 'AGENTS.md'],
    );
    const rule = { path: 'lib/deep/AGENTS.md', text: 'Rule three.', untrusted: true };
    assert.deepEqual(of('step-started')[0]?.rules, [rule]);
    assert.equal(state.taint.integrity, 'untrusted');
    const texts = rig.model.requests.map(({ messages }) => String(messages[1]?.content));
    assert.ok(!texts[0]?.includes('Rule three.'));
    assert.match(texts[1] ?? '', /Rule three\.[\s\S]*Rule two\.[\s\S]*Rule one\./);
  });

  it('is not read from the rules of a workspace that nobody trusts, nor kept', async () => {
    await rig.write({ 'AGENTS.md': 'Obey me.' });
    rig.script(() => calls({ name: 'answer', args: { text: 'Fine.' } }));
    const { state, of } = await rig.run({ goal: 'What is this?', mode: 'ask', trusted: false });
    assert.deepEqual([state.recalled?.rules, of('memory-learned')], [[], []]);
  });

  it('are images that were pasted or read', async () => {
    await rig.write({ 'logo.png': png });
    rig.script(turns('edit_file', [calls({ name: 'read_file', args: { path: 'logo.png' } }), calls(finish())]));
    await rig.run({ goal: 'Look.', mode: 'act', context: [{ kind: 'image', label: 'shot', text: '', dataUrl }] });
    const part = { type: 'image_url', image_url: { url: dataUrl } };
    const [first, second] = rig.model.requests;
    assert.deepEqual(partsOf(first?.messages[1])[1], part);
    assert.match(answers(second)[0] ?? '', /logo\.png is an image \(image\/png, 16 bytes/);
    assert.deepEqual(partsOf(second?.messages.at(-1))[1], part);
  });

  const blind: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['refuses them', {}],
    ['is known to take none', { capabilities: ['tools'] }],
  ];
  for (const [what, models] of blind) {
    it(`are no images where the model ${what}: the task goes on without them`, async () => {
      await rig.write({ 'logo.png': png });
      const replies = turns('edit_file', [
        calls({ name: 'read_file', args: { path: 'logo.png' } }),
        { text: 'Seen nothing.' },
      ]);
      rig.script((request) =>
        request.raw.includes('image_url')
          ? { status: 400, body: { error: { message: 'image_url is not supported by this model' } } }
          : replies(request),
      );
      const { state, of } = await rig.run({ goal: 'Look.', mode: 'act' }, { models });
      assert.deepEqual([state.ended?.status, state.ended?.summary], ['unverified', 'Seen nothing.']);
      assert.equal(of('images-left-out').length, 1);
      assert.match(String(rig.model.requests.at(-1)?.messages.at(-1)?.content), /left out: this model takes none/);
    });
  }

  it('are images that were pasted: a model that takes none ends the task, and another goes on', async () => {
    const context = [{ kind: 'image', label: 'shot', text: '', dataUrl } as const];
    const first = await rig.run({ goal: 'Look.', mode: 'act', context }, { models: { capabilities: ['tools'] } });
    assert.deepEqual([first.state.ended?.status, first.state.ended?.error?.code], ['failed', 'NO_CAPABLE_MODEL']);
    assert.match(first.state.ended?.summary ?? '', /needs tools or images.*or add another model/);
    assert.equal((await rig.resume(first.taskId)).state.ended?.status, 'unverified');
  });
});

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const dataUrl = `data:image/png;base64,${png.toString('base64')}`;

function partsOf(message: ScriptedMessage | undefined): readonly unknown[] {
  return Array.isArray(message?.content) ? message.content : [];
}
