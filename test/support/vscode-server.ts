import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { codeServerFolder } from './install-code-server.ts';

export interface ServerOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the extension host, on top of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** A packaged extension to install before the start. */
  readonly vsix?: string;
  /** Asks whether a folder is trusted, as a user's own VS Code does; off by default. */
  readonly workspaceTrust?: boolean;
  /** Lets a page be driven: toasts are then not shown, and only then the page heeds its payload. On by default. */
  readonly driven?: boolean;
}

export interface VscodeServer {
  readonly port: number;
  /** Everything this VS Code keeps; it is deleted at the end. */
  readonly folder: string;
  readonly pid: number;
  /** Address of the workbench on a folder, a `.code-workspace` file, or nothing. */
  address(open?: string, payload?: Readonly<Record<string, string>>): string;
  changeSettings(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** All that the server and its extension host printed. */
  output(): string;
  stop(): Promise<void>;
}

const usualSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** A real VS Code server on a loopback port of its own choice, with directories of its own. */
export async function startVscodeServer(options: ServerOptions = {}): Promise<VscodeServer> {
  const main = path.join(await codeServerFolder(), 'out', 'server-main.js');
  const folder = await mkdtemp(path.join(tmpdir(), 'openmagus-vscode-'));
  const places = ['--user-data-dir', 'user', '--extensions-dir', 'extensions', '--server-data-dir', 'server'].map(
    (word) => (word.startsWith('--') ? word : path.join(folder, word)),
  );
  const changeSettings = (settings: Readonly<Record<string, unknown>>): Promise<void> =>
    writeSettings(path.join(folder, 'user'), { ...usualSettings, ...options.settings, ...settings });
  await changeSettings({});
  // Its sockets, and what it leaves, go with it.
  const temporary = path.join(folder, 'tmp');
  await mkdir(temporary);
  const env = { ...process.env, TMPDIR: temporary, ...options.env };
  if (options.vsix !== undefined) await install(main, options.vsix, places, env);
  const child = spawn(
    process.execPath,
    [
      main,
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
      ...['--disable-telemetry', '--disable-experiments'],
      ...(options.driven === false ? [] : ['--enable-smoke-test-driver']),
      ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
      ...places,
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' },
  );
  const { port, output } = await listening(child);
  return {
    port,
    folder,
    pid: child.pid ?? 0,
    address: (open, payload) => addressOf(port, open, payload),
    changeSettings,
    output,
    stop: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A file or folder on the server's machine, as the workbench names it. */
export function remoteUri(port: number, file: string): string {
  return `vscode-remote://127.0.0.1:${port}${file}`;
}

function addressOf(port: number, open?: string, payload: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams();
  if (open !== undefined) query.set(open.endsWith('.code-workspace') ? 'workspace' : 'folder', open);
  else query.set('ew', 'true');
  query.set('payload', JSON.stringify(Object.entries({ skipWelcome: 'true', ...payload })));
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}

/**
 * The machine's file is heeded when it changes, but not for what concerns the whole application; the user's file is read
 * when a window opens. What OpenMagus reads belongs to the machine alone.
 */
async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const users = Object.entries(settings).filter(([name]) => !name.startsWith('openmagus.'));
  for (const [kind, content] of [
    ['User', Object.fromEntries(users)],
    ['Machine', settings],
  ] as const) {
    const file = path.join(folder, kind, 'settings.json');
    await mkdir(path.dirname(file), { recursive: true });
    // Whole or not at all: VS Code reads the file the moment it changes.
    await writeFile(`${file}.new`, JSON.stringify(content, null, 2));
    await rename(`${file}.new`, file);
  }
}

async function install(main: string, vsix: string, places: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [main, '--install-extension', vsix, '--force', ...places], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = gather(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 || /Failed Installing|Error while installing/i.test(output()))
    throw new Error(`VS Code did not install ${vsix} (exit ${code}):\n${output()}`);
}

async function listening(child: ChildProcess): Promise<{ port: number; output: () => string }> {
  const output = gather(child);
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const port = /listening on (\d+)/i.exec(output())?.[1];
      if (port !== undefined) settle(() => resolve({ port: Number(port), output }));
    };
    const fail = (): void => settle(() => reject(new Error(`VS Code's server did not start:\n${output()}`)));
    const timer = setTimeout(fail, 60_000);
    const settle = (done: () => void): void => {
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.off('close', fail);
      done();
    };
    child.stdout?.on('data', look);
    child.once('close', fail);
    child.once('error', fail);
  });
}

function gather(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk.toString('utf8')));
  return () => chunks.join('');
}

/** The server, its extension hosts and their children are one process group. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  signalGroup(child.pid, 'SIGTERM');
  const late = setTimeout(() => signalGroup(child.pid ?? 0, 'SIGKILL'), 3000);
  await closed;
  clearTimeout(late);
  signalGroup(child.pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 1) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Gone already.
  }
}
