import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { needProgram, run } from './install.ts';

/** A real server on a loopback port of its own, with a folder of its own that goes when it stops. */
export interface TestServer {
  readonly port: number;
  readonly folder: string;
  readonly startedInMs: number;
  /** As a power cut would: no chance to write anything. Resolves when the process is gone. */
  kill9(): Promise<void>;
  /** On the same port and folder; ready when it resolves. */
  restart(): Promise<void>;
  /** Black hole: connections are accepted by the kernel and nothing ever answers. */
  freeze(): void;
  thaw(): void;
  /** As on a full disk: no file of its grows any more. */
  fillDisk(): Promise<void>;
  freeDisk(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerRecipe {
  readonly name: string;
  /** Called before each start; the folder is empty at the first. */
  command(place: { readonly port: number; readonly folder: string }): Promise<{
    readonly file: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  }>;
  /** Throws or answers false while it is not yet ready. */
  ready(port: number): Promise<boolean>;
  readonly readyMs: number;
}

export async function startServer(recipe: ServerRecipe): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), `openmagus-${recipe.name}-`));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async () => {
    const { file, args, env } = await recipe.command({ port, folder });
    // A write that fails must be an error to the server, not its end by a signal.
    const started = spawn('sh', ['-c', `trap '' XFSZ; exec "$@"`, 'sh', file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      cwd: folder,
    });
    const log = createWriteStream(logFile(folder), { flags: 'a' });
    started.stdout.pipe(log, { end: false });
    started.stderr.pipe(log, { end: false });
    started.on('error', (error) => log.write(`${error.message}\n`));
    running.add(started);
    started.once('exit', () => running.delete(started));
    child = started;
    await untilReady(recipe, port, folder, started);
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    // A frozen process takes no other signal.
    ending.kill('SIGCONT');
    ending.kill(signal);
    // Its successor must not be hit by what was meant for it.
    const force = setTimeout(() => ending.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(force);
  };
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const began = performance.now();
  try {
    await start();
  } catch (error) {
    await end('SIGKILL');
    await remove();
    throw error;
  }
  return {
    port,
    folder,
    startedInMs: performance.now() - began,
    kill9: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM');
      await start();
    },
    freeze: () => freeze(child),
    thaw: () => void child?.kill('SIGCONT'),
    fillDisk: () => limitFiles(child, '0'),
    freeDisk: () => limitFiles(child, 'unlimited'),
    stop: async () => {
      await end('SIGTERM');
      await remove();
    },
  };
}

/** The soft limit alone, so that whoever set it can lift it. */
async function limitFiles(child: ChildProcess | undefined, bytes: string): Promise<void> {
  await needProgram('prlimit', 'util-linux');
  await run('prlimit', [`--pid=${child?.pid}`, `--fsize=${bytes}:`]);
}

/** What a thief of the disk would find, in any case of letters: names of files that hold any of the texts, '' for none. */
export function filesHolding(folder: string, ...texts: readonly string[]): string {
  const wanted = texts.flatMap((text) => ['-e', text]);
  const { stdout, status } = spawnSync('grep', ['-rlaiF', ...wanted, '--', folder], { encoding: 'utf8' });
  // A file that goes while it is read is no fault.
  if (status === null || (status > 1 && stdout === '')) throw new Error(`grep could not read ${folder}.`);
  return stdout;
}

// A test run that dies takes its servers along.
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function logFile(folder: string): string {
  return join(folder, 'server.log');
}

async function untilReady(recipe: ServerRecipe, port: number, folder: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + recipe.readyMs;
  while (performance.now() < deadline) {
    if (await recipe.ready(port).catch(() => false)) return;
    if (child.exitCode !== null || child.signalCode !== null) break;
    await wait(100);
  }
  const log = await readFile(logFile(folder), 'utf8').catch(() => '');
  throw new Error(`${recipe.name} is not ready after ${recipe.readyMs} ms. Its last words:\n${log.slice(-2_000)}`);
}

/** On a busy machine one thread may go on answering for a while after the signal was sent. */
function freeze(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return;
  child.kill('SIGSTOP');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let left = 1000; left > 0 && !isFrozen(child.pid); left -= 1) Atomics.wait(pause, 0, 0, 5);
}

function isFrozen(pid: number): boolean {
  const states = readdirSync(`/proc/${pid}/task`).map((task) => readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8'));
  return states.every((stat) => /\) [TtZX] /.test(stat));
}
