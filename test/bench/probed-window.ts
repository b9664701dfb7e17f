import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as esbuild from 'esbuild';
import type { Browser } from 'playwright-core';
import { leftovers } from '../support/extension-package.ts';
import { remoteUri, type VscodeServer } from '../support/vscode-server.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { ProbeQuestions } from './probe.ts';

type Ask = <Name extends keyof ProbeQuestions>(
  name: Name,
  ...words: Parameters<ProbeQuestions[Name]>
) => Promise<Awaited<ReturnType<ProbeQuestions[Name]>>>;

export interface ProbedWindow {
  readonly workbench: Workbench;
  /** Has the probe in this window's extension host do something. */
  readonly ask: Ask;
  close(): Promise<void>;
}

/** Where probes call; `socket` goes into the environment of the server as OPENMAGUS_PROBE. */
export interface ProbeDesk {
  readonly socket: string;
  open(browser: Browser, server: VscodeServer, folder: string): Promise<ProbedWindow>;
  close(): void;
}

export async function openProbeDesk(folder: string): Promise<ProbeDesk> {
  const extension = await bundleProbe();
  const socket = path.join(folder, 'probe.sock');
  const desk = createServer();
  desk.listen(socket);
  await once(desk, 'listening');
  return {
    socket,
    open: async (browser, server, opened) => {
      const calls = once(desk, 'connection') as Promise<[Socket]>;
      const payload = { extensionDevelopmentPath: remoteUri(server.port, extension) };
      const workbench = await openWorkbench(browser, server.address(opened, payload));
      const [connection] = await calls;
      const ask = askOver(connection);
      return { workbench, ask, close: () => closeWindow(workbench, ask) };
    },
    close: () => void desk.close(),
  };
}

/** The server may keep the extension host of a closed window, should the window come back. */
async function closeWindow(workbench: Workbench, ask: Ask): Promise<void> {
  const { pid } = await ask('memory');
  await workbench.close();
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with its window.
  }
}

function askOver(connection: Socket): Ask {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  connection.on('error', () => undefined);
  createInterface({ input: connection }).on('line', (line) => {
    const { id, answer, error } = JSON.parse(line) as { id: number; answer?: unknown; error?: string };
    const question = waiting.get(id);
    if (error === undefined) question?.resolve(answer);
    else question?.reject(new Error(error));
  });
  const ask = (name: string, ...words: readonly unknown[]): Promise<unknown> => {
    lastId += 1;
    const question = Promise.withResolvers<unknown>();
    waiting.set(lastId, question);
    connection.write(`${JSON.stringify({ id: lastId, name, words })}\n`);
    return question.promise;
  };
  return ask as Ask;
}

async function bundleProbe(): Promise<string> {
  const folder = path.join(leftovers, 'probe');
  await mkdir(folder, { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'probe.ts')],
    outfile: path.join(folder, 'probe.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'error',
  });
  const manifest = { name: 'probe', publisher: 'openmagus', version: '0.0.1', engines: { vscode: '^1.110.0' } };
  const entry = { main: './probe.js', activationEvents: ['onStartupFinished'] };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ ...manifest, ...entry }));
  return folder;
}
