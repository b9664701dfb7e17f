import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childCommands } from '../../../src/adapters/process/child-commands.ts';
import { processTable } from '../../../src/adapters/process/process-table.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';

const never = new AbortController().signal;

describe('childCommands', () => {
  let folder: string;
  let commands: ReturnType<typeof childCommands>;
  let shown: string;
  let count = 0;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'commands-'));
    commands = childCommands({ folder, now: () => Date.now() });
    shown = '';
  });
  afterEach(async () => {
    await commands.endAll();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(
    command: string,
    env: Record<string, string> = {},
  ): Promise<{ id: string; pid: number; bornAt: string; output: string }> {
    const id = `call-${++count}`;
    const authorized = sealAuthorized([{ verb: 'run', object: `${folder}$ ${command}`, zone: 'workspace' }], 'h');
    const started = await commands.start(
      authorized,
      { command, cwd: folder, env, commandId: id, taskId: 'task' },
      (text) => {
        shown += text;
      },
    );
    return { id, ...started };
  }
  const pids = async (): Promise<ReadonlySet<number>> => new Set((await processTable()).map((entry) => entry.pid));
  async function printed(pattern: RegExp): Promise<void> {
    for (let tries = 0; tries < 100 && !pattern.test(shown); tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match(shown, pattern);
  }

  it('starts nothing that was not decided', async () => {
    const authorized = sealAuthorized([{ verb: 'run', object: `${folder}$ true`, zone: 'workspace' }], 'h');
    const request = { command: 'touch x', cwd: folder, env: {}, commandId: 'c', taskId: 't' };
    await assert.rejects(
      commands.start(authorized, request, () => undefined),
      { code: 'UNDECIDED' },
    );
  });

  it('tells exit code, duration and both streams in their order', async () => {
    const { id, output } = await start('echo one; echo two >&2; echo three; exit 3');
    const state = await commands.wait(id, 5000, never);
    assert.equal(state.running, false);
    assert.equal(state.exitCode, 3);
    assert.equal(await commands.readOutput(id), 'one\ntwo\nthree\n');
    assert.equal(await readFile(output, 'utf8'), 'one\ntwo\nthree\n');
    assert.equal(shown, 'one\ntwo\nthree\n');
  });

  it('keeps 10 MB of output whole', async () => {
    const { id } = await start('head -c 10000000 /dev/zero | tr "\\0" x; echo end');
    assert.equal((await commands.wait(id, 15000, never)).exitCode, 0);
    const text = await commands.readOutput(id);
    assert.equal(text.length, 10_000_004);
    assert.equal(text.slice(-4), 'end\n');
    assert.equal(shown.length, text.length);
  });

  it('withholds secrets of the environment and passes what was given', async () => {
    process.env['MY_API_KEY'] = 'hidden';
    const { id } = await start('echo "[$MY_API_KEY][$GIVEN]"', { GIVEN: 'yes' });
    await commands.wait(id, 5000, never);
    delete process.env['MY_API_KEY'];
    assert.equal(await commands.readOutput(id), '[][yes]\n');
  });

  it('feeds input to a running command', async () => {
    const { id } = await start('read line; echo "got $line"', { OPENMAGUS_INPUT: 'open' });
    await commands.send(
      sealAuthorized([{ verb: 'run', object: `${id}< hello\n`, zone: 'workspace' }], 'h'),
      id,
      'hello\n',
    );
    await commands.wait(id, 5000, never);
    assert.equal(await commands.readOutput(id), 'got hello\n');
  });

  it('gives a command that nobody can type into no input at all', async () => {
    const { id } = await start('cat; test -c /dev/stdin && echo none');
    assert.equal((await commands.wait(id, 5000, never)).exitCode, 0);
    assert.equal(await commands.readOutput(id), 'none\n');
  });

  it('answers a wait that is shorter than the command, which goes on', async () => {
    const { id } = await start('sleep 30');
    assert.equal((await commands.wait(id, 50, never)).running, true);
    assert.equal((await commands.stop(id)).running, false);
  });

  it('ends the whole tree within 2 s of a cancellation: grandchildren, own sessions, deaf ones', async () => {
    const deaf = `trap "" TERM; while true; do sleep 0.1; done`;
    const { id } = await start(
      `(sleep 300 & echo pid=$!; (setsid sleep 301 & echo pid=$!) ; bash -c '${deaf}' & echo pid=$!; echo ready; wait); sleep 302`,
    );
    await printed(/ready/);
    const children = [...shown.matchAll(/pid=(\d+)/g)].map((match) => Number(match[1]));
    assert.equal(children.length, 3);
    const before = await pids();
    assert.ok(children.every((pid) => before.has(pid)));
    const abort = new AbortController();
    const waiting = commands.wait(id, 60_000, abort.signal);
    const began = Date.now();
    abort.abort();
    await assert.rejects(waiting, { kind: 'cancelled' });
    const took = Date.now() - began;
    assert.ok(took < 2000, `${took} ms`);
    const after = await pids();
    assert.deepEqual(
      children.filter((pid) => after.has(pid)),
      [],
    );
  });

  it('leaves nothing of the group behind when the shell ends', async () => {
    const { id } = await start('sleep 300 & echo $!');
    const began = Date.now();
    assert.equal((await commands.wait(id, 5000, never)).exitCode, 0);
    assert.ok(Date.now() - began < 2000);
    // The kernel ends it in its own time.
    while ((await pids()).has(Number(shown))) assert.ok(Date.now() - began < 5000);
  });

  it('says so when the folder is not there', async () => {
    const authorized = sealAuthorized([{ verb: 'run', object: '/not/there$ ls', zone: 'outside' }], 'h');
    const request = { command: 'ls', cwd: '/not/there', env: {}, commandId: 'c', taskId: 't' };
    await assert.rejects(
      commands.start(authorized, request, () => undefined),
      { code: 'NO_START' },
    );
  });
});
