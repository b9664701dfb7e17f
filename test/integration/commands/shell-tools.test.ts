import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../../src/adapters/files/node-file-system.ts';
import { childCommands } from '../../../src/adapters/process/child-commands.ts';
import { processTable } from '../../../src/adapters/process/process-table.ts';
import { systemHash } from '../../../src/adapters/system/system.ts';
import type { Ports } from '../../../src/core/ports.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';
import { strictPolicy } from '../../../src/core/security/policy.ts';
import type { Tool, ToolResult, ToolScope } from '../../../src/core/tools/tool.ts';
import type { TaskEvent } from '../../../src/protocol/task-event.ts';
import { commandInput } from '../../../src/tools/shell/command-input.ts';
import { commandOutput } from '../../../src/tools/shell/command-output.ts';
import { commandStop } from '../../../src/tools/shell/command-stop.ts';
import { plainText } from '../../../src/tools/shell/command-text.ts';
import { runCommand } from '../../../src/tools/shell/run-command.ts';

describe('the shell tools', () => {
  let folder: string;
  let commands: ReturnType<typeof childCommands>;
  let ports: Ports;
  let events: TaskEvent[];
  let count = 0;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'shell-')));
    commands = childCommands({ folder: join(folder, 'own'), now: () => Date.now() });
    events = [];
    const files = nodeFileSystem(systemHash);
    ports = {
      hash: systemHash,
      commands,
      files,
      live: () => undefined,
      policy: () => strictPolicy,
    } as unknown as Ports;
  });
  afterEach(async () => {
    await commands.endAll();
    await rm(folder, { recursive: true, force: true });
  });

  async function call<Input>(
    tool: Tool<Input>,
    written: unknown,
    signal = new AbortController().signal,
  ): Promise<ToolResult & { callId: string }> {
    const callId = `call-${++count}`;
    const scope: ToolScope = {
      taskId: 'task',
      callId,
      roots: [folder],
      seen: new Map(),
      changes: () => [],
      record: async (event) => {
        events.push(event);
      },
    };
    const input = tool.input.parse(written);
    const authorized = sealAuthorized(await tool.effects(ports, scope, input), 'h');
    return { callId, ...(await tool.run(ports, scope, input, authorized, signal)) };
  }

  it('runs a command and says how it ended in the first line', async () => {
    const result = await call(runCommand, { command: 'printf "\\033[31mred\\033[0m\\n"; echo $A', env: { A: 'b' } });
    assert.equal(result.ok, true);
    assert.match(result.content, /^exit code 0 after \d+\.\d s\nred\nb\n$/);
    assert.equal(events[0]?.type, 'command-started');
  });

  it('reports a failing command as a failure with its code and output', async () => {
    const result = await call(runCommand, { command: 'echo broken; exit 7' });
    assert.deepEqual(
      [result.ok, result.exitCode, result.error?.kind, result.error?.code],
      [false, 7, 'tool-failed', 'EXIT_7'],
    );
    assert.match(result.content, /^exit code 7 .*\nbroken\n$/);
  });

  it('shows head and tail of a long output and names the way to the rest', async () => {
    const { callId, content } = await call(runCommand, { command: 'seq 1 50000' });
    assert.ok(content.length < 49_000);
    assert.match(content, /\n1\n2\n/);
    assert.match(content, /\n50000\n$/);
    const range = JSON.parse(/command_output (\{[^}]*\})/.exec(content)?.[1] ?? '{}') as Record<string, unknown>;
    assert.equal(range['id'], callId);
    assert.match((await call(commandOutput, range)).content, /\[go on with from 72000\]$/);
    assert.match(
      (await call(commandOutput, { id: callId, mode: 'grep', pattern: '49999' })).content,
      /\n49999: 49999$/,
    );
    assert.match((await call(commandOutput, { id: callId, lines: 2 })).content, /characters\n49999\n50000$/);
  });

  it('leaves nothing running after a time-out', async () => {
    const result = await call(runCommand, { command: 'setsid sleep 300 & echo $!; sleep 301', timeout_s: 1 });
    assert.deepEqual([result.ok, result.error?.code], [false, 'TIMEOUT']);
    const pid = Number(/^\d+$/m.exec(result.content)?.[0]);
    assert.ok(pid > 0);
    assert.ok(!(await processTable()).some((entry) => entry.pid === pid));
  });

  it('runs in the background, takes input and is stopped', async () => {
    const { callId, content } = await call(runCommand, {
      command: 'read x; echo "got $x"; sleep 300',
      background: true,
    });
    assert.match(content, new RegExp(callId));
    await call(commandInput, { id: callId, text: 'hello\n' });
    let seen = '';
    for (let tries = 0; tries < 100 && !seen.includes('got hello'); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen = (await call(commandOutput, { id: callId, mode: 'tail' })).content;
    }
    assert.match(seen, /^running for .*\ngot hello$/);
    const stopped = await call(commandStop, { id: callId });
    assert.match(stopped.content, /^ended by a signal/);
  });

  it('keeps the commands of two tasks apart, whose calls have the same ids', async () => {
    const run = async (taskId: string): Promise<string> => {
      const scope: ToolScope = {
        taskId,
        callId: 'same',
        roots: [folder],
        seen: new Map(),
        changes: () => [],
        record: async () => {},
      };
      const input = { command: `sleep 0.2; echo ${taskId}` };
      const authorized = sealAuthorized(await runCommand.effects(ports, scope, input), 'h');
      return (await runCommand.run(ports, scope, input, authorized, new AbortController().signal)).content;
    };
    const [one = '', two = ''] = await Promise.all([run('one'), run('two')]);
    assert.match(one, /^exit code 0 .*\none\n$/);
    assert.match(two, /^exit code 0 .*\ntwo\n$/);
  });

  it('stops the command that could not be written to the journal', async () => {
    const scope = {
      taskId: 'task',
      callId: 'lost',
      roots: [folder],
      seen: new Map<string, string>(),
      changes: () => [],
    };
    const broken: ToolScope = { ...scope, record: () => Promise.reject(new Error('disk full')) };
    const authorized = sealAuthorized(await runCommand.effects(ports, broken, { command: 'sleep 300' }), 'h');
    await assert.rejects(
      runCommand.run(ports, broken, { command: 'sleep 300' }, authorized, new AbortController().signal),
      /disk full/,
    );
    assert.equal(commands.state('task/lost')?.running, false);
  });

  it('refuses a folder that is not there and an id that it does not know', async () => {
    await assert.rejects(call(runCommand, { command: 'ls', cwd: 'nowhere' }), { code: 'BAD_PATH' });
    await assert.rejects(call(commandOutput, { id: 'nobody' }), { code: 'NO_COMMAND' });
  });

  it('decides on variables that choose what code runs', async () => {
    const scope = { roots: [folder] } as unknown as ToolScope;
    const effects = await runCommand.effects(ports, scope, { command: 'ls', env: { PATH: '/x', A: 'b' } });
    assert.deepEqual(
      effects.filter(({ verb }) => verb === 'run').map((effect) => effect.protects !== undefined),
      [false, false, true],
    );
  });

  it('shows the last state of a progress line', async () => {
    assert.equal(await plainText('10%\r50%\r100%\r\ndone\n'), '100%\ndone\n');
    assert.equal(await plainText('a\rb\r\r\nc\r\n\r\rd\r\u001b[K\n\re\r'), 'b\nc\nd\ne');
  });

  it('lets others work while it goes through a long output', async () => {
    const line = '\u001b[31mred\u001b[0m and 10%\r20%\n';
    let others = 0;
    const timer = setInterval(() => {
      others += 1;
    }, 0);
    const plain = await plainText(line.repeat(100_000));
    clearInterval(timer);
    assert.equal(plain, '20%\n'.repeat(100_000));
    assert.ok(others > 5, `others had ${others} turns`);
  });
});
