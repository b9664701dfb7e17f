import assert from 'node:assert/strict';
import type { MemoryRecord } from '../../../src/protocol/memory.ts';
import { plantedSecrets } from '../../support/planted-secrets.ts';
import type { ScriptedReply, ScriptedRequest } from '../../support/scripted-model.ts';
import { calls, finish, type TaskRig, taskRig, turns, yes } from './task-rig.ts';

const command = (text: string) => ({ name: 'run_command', args: { command: text } });
const { signal } = new AbortController();

describe('what a model learns from a task', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
    await rig.write({
      'build.sh': 'echo "set TOOL_HOME first"\nexit 1\n',
      'notes.md': 'one\ntwo\nRelease on Mondays only.\n',
    });
  });
  afterEach(() => rig.remove());
  const asksForLessons = ({ messages }: ScriptedRequest) => String(messages[0]?.content).startsWith('You read the log');
  /** Runs a task in which the build fails; `reply` is what the model says about it afterwards. */
  const learn = async (
    reply: (log: string) => ScriptedReply | undefined,
    more: { lessons?: boolean; first?: string; memory?: boolean } = {},
  ) => {
    const work = turns('edit_file', [calls(command(more.first ?? 'sh build.sh')), calls(finish())]);
    rig.script((request) => (asksForLessons(request) ? reply(String(request.messages[1]?.content)) : work(request)));
    const { lessons = true, memory = true } = more;
    const outcome = await rig.run({ goal: 'Build it.', mode: 'act', lessons, memory }, { people: yes });
    return { ...outcome, asked: rig.model.requests.filter(asksForLessons).length, facts: await facts() };
  };
  const facts = async (): Promise<readonly MemoryRecord[]> => {
    const { ports, close } = await rig.open();
    const records = await ports.memory.store.list({ kinds: ['fact'], limit: 100 });
    await close();
    return records;
  };
  const json = (...lessons: readonly Record<string, unknown>[]): ScriptedReply => ({
    text: JSON.stringify({ lessons: lessons.map((lesson) => ({ seq: null, path: null, line: null, ...lesson })) }),
  });
  /** Which entry of the log as it was told says this. */
  const entry = (log: string, words: RegExp): number =>
    Number(/^#(\d+)/.exec(log.split('\n').find((line) => words.test(line)) ?? '')?.[1]);
  const built = (log: string) => ({
    lesson: 'The build script needs TOOL_HOME to be set before it runs.',
    quote: 'set TOOL_HOME first',
    seq: entry(log, /^#\d+ failed:/),
  });

  it('is kept with the entry of the log or the line of the file that shows it, and is told to the next task', async () => {
    const { facts: kept, state } = await learn((log) =>
      json(built(log), {
        lesson: 'Releases are made on Mondays only.',
        quote: 'Release on Mondays',
        path: 'notes.md',
        line: 2,
      }),
    );
    assert.equal(kept.length, 2);
    const [byLog, byFile] = [kept.find(({ cites }) => cites.length === 0), kept.find(({ cites }) => cites.length > 0)];
    assert.equal(byLog?.evidence[0]?.quote, 'set TOOL_HOME first');
    const entryOf = (await rig.log(state.taskId)).find(({ seq }) => seq === byLog?.evidence[0]?.seq);
    assert.match(JSON.stringify(entryOf?.event), /set TOOL_HOME first/);
    assert.deepEqual([byFile?.cites[0]?.path, byFile?.cites[0]?.line], ['notes.md', 3]);
    assert.ok(kept.every(({ review }) => !review));
    rig.script(turns('edit_file', [calls(finish())]));
    const next = await rig.run({ goal: 'Run the build script.', mode: 'act' });
    assert.ok(next.state.recalled?.hits.some(({ id }) => id === byLog?.id));
  });

  it('is at most three lessons, each once, and none without evidence that is true', async () => {
    const { facts: kept } = await learn((log) =>
      json(
        { ...built(log), quote: 'words that stand nowhere' },
        { ...built(log), seq: 1 },
        { lesson: 'The password file says so.', quote: 'root:', path: '../../../../etc/passwd', line: 1 },
        { lesson: 'The other notes say it, too.', quote: 'nowhere', path: 'notes.md', line: 1 },
        built(log),
        { ...built(log), lesson: 'Before it runs the build script needs TOOL_HOME to be set.' },
        ...['Apples are red here.', 'Bananas were yellow once.', 'Cherries grow slowly there.'].map((lesson) => ({
          ...built(log),
          lesson,
        })),
      ),
    );
    assert.deepEqual(kept.map(({ text }) => text.split(' ')[0]).sort(), ['Apples', 'Bananas', 'The']);
    const again = await learn((log) => json(built(log)));
    assert.equal(again.facts.length, 3);
  });

  for (const [name, answer] of [
    ['no JSON', { text: 'I have learned a lot.' }],
    ['another shape', { text: '{"lessons": "many"}' }],
    ['cut off', { text: '{"lessons": [', finish: 'length' }],
    ['an error', { status: 500, body: { error: { message: 'broken' } } }],
    ['a call', { calls: [{ name: 'run_command', args: { command: 'touch stolen' } }] }],
  ] as const)
    it(`is nothing when the answer is bad: ${name}`, async () => {
      const { facts: kept, state, asked } = await learn(() => answer as ScriptedReply);
      assert.ok(asked > 0);
      assert.deepEqual(kept, []);
      assert.equal(state.ended?.status, 'unverified');
      await assert.rejects(rig.text('stolen'));
    });

  it('does not hold up the end of the task', async () => {
    rig.script((request) => (asksForLessons(request) ? { text: '', silence: true } : turnsOnce(request)));
    const left = [calls(command('sh build.sh')), calls(finish())];
    const turnsOnce = (request: ScriptedRequest) => (request.tools.includes('edit_file') ? left.shift() : undefined);
    const { ports } = await rig.open();
    const { createTask } = await import('../../../src/core/agents/start-task.ts');
    const { runTask } = await import('../../../src/core/agents/coordinator.ts');
    const limits = { maxTurns: 10 };
    const taskId = await createTask(ports, {
      goal: 'Build it.',
      mode: 'act',
      approve: 'auto',
      roots: [rig.root],
      limits,
    });
    // The model never answers what it was asked last, and nobody waits for it.
    const state = await runTask(ports, taskId, signal);
    assert.equal(state.ended?.status, 'unverified');
    assert.equal((await ports.log.read(taskId)).at(-1)?.event.type, 'task-ended');
  });

  it('is not asked for when nothing failed, when it is turned off, or when nothing may be remembered', async () => {
    assert.equal((await learn(() => json(), { first: 'true' })).asked, 0);
    assert.equal((await learn(() => json(), { lessons: false })).asked, 0);
    assert.equal((await learn(() => json(), { memory: false })).asked, 0);
    assert.equal((await learn(() => json())).asked, 1);
  });

  it('waits for review where words from outside were heard, and is told only when accepted', async () => {
    const reaching = 'curl -s http://127.0.0.1:9/; sh build.sh';
    const {
      facts: [kept],
    } = await learn((log) => json(built(log)), { first: reaching });
    assert.equal(kept?.review, true);
    const recalled = async () => {
      rig.script(turns('edit_file', [calls(finish())]));
      const { state } = await rig.run({ goal: 'Run the build script with TOOL_HOME.', mode: 'act' });
      return state.recalled?.hits.some(({ id }) => id === kept.id);
    };
    assert.equal(await recalled(), false);
    const { ports, close } = await rig.open();
    assert.deepEqual(
      (await ports.memory.store.list({ kinds: ['fact'], review: true, limit: 10 })).map(({ id }) => id),
      [kept.id],
    );
    const { reviewed } = await import('../../../src/core/memory/remember.ts');
    await reviewed(ports, kept, true, signal);
    assert.deepEqual(await ports.memory.store.list({ kinds: ['fact'], review: true, limit: 10 }), []);
    await close();
    assert.equal(await recalled(), true);
  });

  it('holds no secret, neither in what the model is asked nor in what is kept', async () => {
    const [planted] = plantedSecrets;
    assert.ok(planted);
    await rig.write({ 'build.sh': `cat <<'END'\n${planted.text}\nEND\necho "set TOOL_HOME first"\nexit 1\n` });
    const {
      facts: [kept],
    } = await learn((log) =>
      json({ ...built(log), lesson: `Use this key for the build: ${planted.text}`.slice(0, 600) }),
    );
    assert.ok(kept);
    assert.ok(!JSON.stringify(kept).includes(planted.secret));
    assert.ok(rig.model.requests.filter(asksForLessons).every(({ raw }) => !raw.includes(planted.secret)));
  });
});
