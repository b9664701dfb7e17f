import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { until } from '../support/until.ts';
import { acts, ask, region, result } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

/** Nobody else on this machine sleeps that long. */
const length = 1200 + (process.pid % 1000) / 1000;

describe('a command that outlived its window', () => {
  let on: Stage;
  let window: Window;
  before(async function () {
    if (process.platform === 'win32') this.skip();
    on = await stage();
    // In a sandbox a command ends with its window, and its processes have other numbers.
    await on.change({ 'openmagus.sandbox': 'off' });
    window = await on.open('sample', { chatAlone: true });
  });
  after(async () => {
    const left = sleeper();
    if (left) process.kill(left.pid);
    await window?.close();
  });

  it('is found when the task is resumed, and ended when the person says so', async () => {
    on.play({ turns: [acts('run_command', { command: `sleep ${length}` })] });
    await ask(window, 'Sleep for a while', 'act');
    await until(async () => sleeper() !== undefined);
    const pid = sleeper()?.pid ?? 0;
    process.kill(hostOf(pid), 'SIGKILL');
    await window.reload();
    assert.ok(sleeper(), 'the command goes on without its window');
    await region(window, 'History').getByText('Sleep for a while').click();
    on.play({ turns: [acts('finish_step', { summary: 'Slept enough.', evidence: '' })] });
    await region(window, 'Task stopped').getByRole('button', { name: 'Resume' }).click();
    const question = region(window, 'Question');
    await question.getByText('A command of a former session still runs').waitFor();
    await question.getByRole('button', { name: 'End it' }).click();
    await until(async () => sleeper() === undefined);
    await result(window).waitFor();
  });
});

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly words: string;
}

function processes(): readonly Process[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, words] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return words === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), words }];
  });
}

function sleeper(): Process | undefined {
  return processes().find(({ words }) => words === `sleep ${length}`);
}

/** The extension host that a process descends from. */
function hostOf(pid: number): number {
  const all = processes();
  let current = all.find((entry) => entry.pid === pid);
  while (current && !current.words.includes('--type=extensionHost')) {
    const { parent } = current;
    current = all.find((entry) => entry.pid === parent);
  }
  assert.ok(current, 'no extension host above the command');
  return current.pid;
}
