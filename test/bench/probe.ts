import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import type { OpenMagusApi } from '../../src/host/api.ts';
import type { TaskStatus } from '../../src/protocol/task-event.ts';
import { ownMs } from './own-ms.ts';

/** What the bench can have done inside the extension host. */
export interface ProbeQuestions {
  memory(): Memory;
  /** Watches the event loop while nothing is asked of it. */
  watchIdle(forMs: number): Promise<Watched>;
  /** The first request that anything in this extension host makes: VS Code then loads the system's certificates. */
  watchFetch(url: string): Promise<Watched>;
  /** Runs a task to its end and watches the event loop meanwhile; a CPU profile is written where a file is named. */
  watchTask(goal: string, profile: string | null): Promise<Watched & { readonly status: TaskStatus }>;
}
export interface Memory {
  readonly pid: number;
  /** Is OpenMagus there and active? */
  readonly active: boolean;
  readonly asItStandsMb: number;
  /** After a garbage collection. */
  readonly residentMb: number;
  readonly heapMb: number;
}
/** A stretch in which the event loop ran nothing else; `ownMs` is the CPU time that its thread used in it. */
export interface Block {
  readonly atMs: number;
  readonly ms: number;
  readonly ownMs: number;
}
export interface Watched {
  readonly ms: number;
  /** The longest ones, the longest first. */
  readonly blocks: readonly Block[];
}

/** An extension beside the installed one: it answers questions that come over a socket. */
export function activate(): void {
  const socket = createConnection(process.env['OPENMAGUS_PROBE'] ?? '');
  const lines = createInterface({ input: socket });
  lines.on('line', (line) => {
    const { id, name, words } = JSON.parse(line) as { id: number; name: keyof ProbeQuestions; words: unknown[] };
    const ask = questions[name] as (...words: unknown[]) => unknown;
    Promise.resolve()
      .then(() => ask(...words))
      .then(
        (answer) => socket.write(`${JSON.stringify({ id, answer })}\n`),
        (error: unknown) => socket.write(`${JSON.stringify({ id, error: String(error) })}\n`),
      );
  });
}

const questions: ProbeQuestions = {
  memory: () => {
    const active = vscode.extensions.getExtension('openmagus.openmagus')?.isActive ?? false;
    const asItStandsMb = process.memoryUsage().rss / 2 ** 20;
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    for (let round = 0; round < 3; round += 1) collect();
    const { rss, heapUsed } = process.memoryUsage();
    return { pid: process.pid, active, asItStandsMb, residentMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 };
  },
  watchIdle: async (forMs) => (await watching(() => sleep(forMs))).watched,
  watchFetch: async (url) => (await watching(() => fetch(url))).watched,
  watchTask: async (goal, profile) => {
    const api = await vscode.extensions.getExtension<OpenMagusApi>('openmagus.openmagus')?.activate();
    if (api === undefined) throw new Error('OpenMagus is not installed.');
    if (profile === null) {
      const { watched, result } = await watching(() => runTask(api, goal));
      return { ...watched, status: result };
    }
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 100 });
    await session.post('Profiler.start');
    const { watched, result } = await watching(() => runTask(api, goal));
    const stopped = await session.post('Profiler.stop');
    writeFileSync(profile, JSON.stringify(stopped.profile));
    return { ...watched, status: result };
  },
};

async function runTask(api: OpenMagusApi, goal: string): Promise<TaskStatus> {
  const taskId = await api.startTask({ goal, mode: 'act' });
  return new Promise((resolve) => {
    const following = api.onEvent(taskId, 1, ({ event }) => {
      if (event.type !== 'task-ended') return;
      following.dispose();
      resolve(event.status);
    });
  });
}

/** A timer that wants to fire every millisecond: what it is late by, something else held the loop. */
async function watching<Result>(work: () => Promise<Result>): Promise<{ watched: Watched; result: Result }> {
  const blocks: Block[] = [];
  const began = performance.now();
  let last = began;
  let lastOwn = ownMs();
  let on = true;
  const tick = (): void => {
    const now = performance.now();
    const own = ownMs();
    if (now - last > 4) blocks.push({ atMs: last - began, ms: now - last, ownMs: own - lastOwn });
    last = now;
    lastOwn = own;
    if (on) setTimeout(tick, 1);
  };
  setTimeout(tick, 1);
  const result = await work();
  await sleep(200);
  on = false;
  blocks.sort((left, right) => right.ms - left.ms);
  return { watched: { ms: performance.now() - began, blocks: blocks.slice(0, 20) }, result };
}
