import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as esbuild from 'esbuild';
import type { Browser } from 'playwright-core';
import type { LoggedEvent } from '../../src/protocol/task-event.ts';
import { launchBrowser } from '../support/browser.ts';
import { leftovers, projectFolder } from '../support/extension-package.ts';
import { unconfined } from '../support/unconfined.ts';
import { remoteUri, startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { HostOrder, HostWord } from './host-words.ts';

const patienceMs = 90_000;

/** One life of an extension host: from its first word to its end. */
export interface HostLife {
  readonly pid: number;
  order(order: HostOrder): void;
  /** Sees every event until the life ends or another listener comes. */
  listen(onEvent: (event: LoggedEvent) => void): void;
  readonly ended: Promise<void>;
}

/** A VS Code window on one folder whose extension host can be killed and brought up again. */
export interface HostWindow {
  readonly workspace: string;
  readonly home: string;
  /** A window of its own for a new extension host. */
  live(): Promise<HostLife>;
  close(): Promise<void>;
}

export async function openHostWindow(settings: Readonly<Record<string, unknown>>): Promise<HostWindow> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'openmagus-chaos-')));
  const [home, socketPath] = [path.join(folder, 'home'), path.join(folder, 'socket')];
  unconfined(home);
  const waiting: PromiseWithResolvers<HostLife>[] = [];
  const listener = createServer((socket) => {
    void lifeOf(socket).then((life) => waiting.shift()?.resolve(life));
  });
  listener.listen(socketPath);
  await once(listener, 'listening');
  const suite = await bundleCompanion();
  const server = await startVscodeServer({
    settings,
    env: { OPENMAGUS_HOME: home, OPENMAGUS_CHAOS_SOCKET: socketPath },
  });
  const browser = await launchBrowser();
  const workspace = path.join(folder, 'workspace');
  let workbench: Workbench | undefined;
  return {
    workspace,
    home,
    live: async () => {
      await workbench?.close();
      const coming = Promise.withResolvers<HostLife>();
      waiting.push(coming);
      workbench = await openWindow(browser, server, workspace, suite);
      const late = setTimeout(
        () => coming.reject(new Error(`The extension host did not come up:\n${server.output().slice(-2000)}`)),
        patienceMs,
      );
      return coming.promise.finally(() => clearTimeout(late));
    },
    close: async () => {
      await browser.close();
      await server.stop();
      listener.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function openWindow(browser: Browser, server: VscodeServer, workspace: string, suite: string): Promise<Workbench> {
  const payload = {
    extensionDevelopmentPath: remoteUri(server.port, projectFolder),
    extensionTestsPath: remoteUri(server.port, suite),
  };
  return openWorkbench(browser, server.address(workspace, payload));
}

async function lifeOf(socket: Socket): Promise<HostLife> {
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const ready = Promise.withResolvers<number>();
  let onEvent: (event: LoggedEvent) => void = () => {};
  const lines = createInterface({ input: socket });
  // A socket whose other end was killed says so here as well.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    const word = JSON.parse(line) as HostWord;
    if (word.type === 'ready') ready.resolve(word.pid);
    else if (word.type === 'event') onEvent(word.event);
    else throw new Error(`The extension host: ${word.message}`);
  });
  const pid = await ready.promise;
  return {
    pid,
    order: (order) => void socket.write(`${JSON.stringify(order)}\n`),
    listen: (listener) => {
      onEvent = listener;
    },
    ended,
  };
}

async function bundleCompanion(): Promise<string> {
  const outfile = path.join(leftovers, 'chaos-companion', 'index.js');
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'host-companion.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'error',
  });
  await writeFile(path.join(path.dirname(outfile), 'package.json'), '{"type":"commonjs"}\n');
  return outfile;
}
