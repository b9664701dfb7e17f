import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childCommands } from '../../../src/adapters/process/child-commands.ts';
import type { FormerCommand } from '../../../src/core/ports.ts';

const script = fileURLToPath(new URL('starting-child.ts', import.meta.url));

describe('commands of a session that was killed', () => {
  let folder: string;
  let strangers: ChildProcess[];
  let count = 0;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'commands-'));
    strangers = [];
  });
  afterEach(async () => {
    for (const stranger of strangers) stranger.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const later = () => childCommands({ folder, now: () => Date.now() });

  /** Runs a command in a process that is then killed with -9; `pids` are what it wrote to the file of that name. */
  async function orphaned(
    command: string,
  ): Promise<{ readonly former: FormerCommand; readonly pids: readonly number[] }> {
    const commandId = `orphan-${process.pid}-${++count}`;
    const parent = spawn(process.execPath, [script, folder, command, commandId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pids = await eventually(async () => {
      const text = await readFile(join(folder, 'pids'), 'utf8').catch(() => '');
      return text.endsWith('ready\n') ? [...text.matchAll(/\d+/g)].map(Number) : undefined;
    });
    parent.kill('SIGKILL');
    await once(parent, 'close');
    return { former: { taskId: 'task', commandId, process: JSON.parse(line.toString()) }, pids };
  }

  it('are found and ended with all they started', async () => {
    const { former, pids } = await orphaned('sleep 300 & echo $! > pids; echo $$ >> pids; echo ready >> pids; wait');
    const [survivor] = await later().survivors([former]);
    assert.equal(survivor?.pids[0], former.process?.pid);
    assert.deepEqual([...(survivor?.pids ?? [])].sort(), [...pids].sort());
    await later().end(former);
    assert.deepEqual(await later().survivors([former]), []);
    assert.deepEqual(pids.filter(isAlive), []);
  });

  it('are found where only a child in a session of its own is left', async function () {
    if (process.platform !== 'linux') this.skip();
    const { former, pids } = await orphaned('setsid sleep 300 & echo $! > pids; echo ready >> pids; sleep 0.1');
    await eventually(async () => (isAlive(former.process?.pid ?? 0) ? undefined : true));
    assert.deepEqual((await later().survivors([former]))[0]?.pids, pids);
    await later().end(former);
    assert.deepEqual(pids.filter(isAlive), []);
  });

  it('are found though the kill came before their process was logged', async function () {
    if (process.platform !== 'linux') this.skip();
    const { former, pids } = await orphaned('sleep 300 & echo $! > pids; echo ready >> pids; wait');
    const { process: _unlogged, ...unlogged } = former;
    assert.ok((await later().survivors([unlogged]))[0]?.pids.includes(pids[0] ?? 0));
    await later().end(unlogged);
    assert.deepEqual(await later().survivors([former]), []);
    assert.deepEqual(pids.filter(isAlive), []);
  });

  it('are not mistaken for a stranger with the same pid, nor is its group', async () => {
    const stranger = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    strangers.push(stranger);
    const former = { taskId: 'task', commandId: 'gone', process: { pid: stranger.pid ?? 0, bornAt: 'another birth' } };
    assert.deepEqual(await later().survivors([former]), []);
    await later().end(former);
    assert.equal(isAlive(stranger.pid ?? 0), true);
  });
});

async function eventually<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (let tries = 0; tries < 250; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(20);
  }
  return assert.fail('waited in vain');
}

/** A zombie is not: it holds nothing any more, and in a container nobody may ever collect it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
