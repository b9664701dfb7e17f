import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { launchBrowser } from '../support/browser.ts';
import { buildExtension, leftovers, projectFolder } from '../support/extension-package.ts';
import { typescriptServer } from '../support/typescript-server.ts';
import { unconfined } from '../support/unconfined.ts';
import { remoteUri, startVscodeServer } from '../support/vscode-server.ts';
import { openWorkbench } from '../support/workbench.ts';

/**
 * The host suite: the same tests in VS Code's server, driven by a browser, and in a desktop VS Code where
 * `VSCODE_EXECUTABLE` names one or one can be downloaded. `server` or `desktop` as argument runs only that one.
 */
const windows = ['folder', 'empty', 'many', 'restricted'] as const;
type WindowKind = (typeof windows)[number];
const leastTests = 75;
/** Between two lines of the suite. */
const patience = 180_000;

const only = process.argv[2];
await buildExtension();
const suite = await bundleSuite();
const totals = { passing: 0, failing: 0 };
if (only !== 'desktop') await judge('VS Code server', (kind, folder, line) => inServer(kind, folder, line));
if (only !== 'server') await tryDesktop();
console.log(`\n${totals.passing} passing\n${totals.failing} failing`);
process.exitCode = totals.failing === 0 ? 0 : 1;

type Runner = (kind: WindowKind, folder: string, line: (text: string) => void) => Promise<number>;

/** Runs the suite in each kind of window and counts from its own words; too few tests count as a failure. */
async function judge(name: string, runner: Runner): Promise<void> {
  console.log(`\n== host suite in ${name}`);
  let passing = 0;
  for (const kind of windows) {
    const lines: string[] = [];
    const folder = await mkdtemp(path.join(tmpdir(), 'openmagus-host-'));
    try {
      const code = await runner(kind, folder, (text) => {
        lines.push(text);
        if (isTheSuites(text)) console.log(text);
      });
      const count = countOf(lines.join('\n'));
      passing += count.passing;
      totals.failing += count.failing;
      if (code !== 0 && count.failing === 0) {
        totals.failing += 1;
        console.log(`The window "${kind}" ended with ${code}:\n${lines.slice(-30).join('\n')}`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  totals.passing += passing;
  if (passing + totals.failing < leastTests) {
    totals.failing += 1;
    console.log(`${passing} tests ran; there are at least ${leastTests}.`);
  }
}

async function tryDesktop(): Promise<void> {
  const executable = process.env['VSCODE_EXECUTABLE'];
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    console.log('\n== host suite in desktop VS Code: skipped, this machine has no display');
    return;
  }
  if (executable === undefined && !(await reaches('https://update.code.visualstudio.com/api/releases/stable'))) {
    console.log('\n== host suite in desktop VS Code: skipped, VSCODE_EXECUTABLE names none and none can be downloaded');
    return;
  }
  await judge('desktop VS Code', (kind, folder) => inDesktop(executable, kind, folder));
}

async function inServer(kind: WindowKind, folder: string, line: (text: string) => void): Promise<number> {
  const server = await startVscodeServer({
    env: environmentOf(kind, folder),
    workspaceTrust: kind === 'restricted',
    // This server brings the extension for TypeScript without TypeScript itself.
    ...(kind === 'folder' ? { settings: { 'typescript.tsdk': await typescriptServer() } } : {}),
  });
  const browser = await launchBrowser();
  try {
    const open = await opened(kind, folder);
    const payload = {
      extensionDevelopmentPath: remoteUri(server.port, projectFolder),
      extensionTestsPath: remoteUri(server.port, suite),
    };
    return await new Promise<number>((resolve, reject) => {
      const late = (): void => reject(new Error(`The suite has said nothing for ${patience} ms.`));
      let timer = setTimeout(late, patience);
      const onLine = (text: string): void => {
        clearTimeout(timer);
        timer = setTimeout(late, patience);
        line(text);
      };
      const onExit = (code: number): void => {
        clearTimeout(timer);
        resolve(code);
      };
      openWorkbench(browser, server.address(open, payload), { onLine, onExit }).catch(reject);
    });
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function inDesktop(executable: string | undefined, kind: WindowKind, folder: string): Promise<number> {
  const open = await opened(kind, folder);
  try {
    return await runTests({
      ...(executable === undefined ? {} : { vscodeExecutablePath: executable }),
      extensionDevelopmentPath: projectFolder,
      extensionTestsPath: suite,
      extensionTestsEnv: environmentOf(kind, folder),
      launchArgs: [
        ...(open === undefined ? [] : [open]),
        ...(kind === 'restricted' ? [] : ['--disable-workspace-trust']),
        ...['--user-data-dir', path.join(folder, 'profile')],
      ],
    });
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function environmentOf(kind: WindowKind, folder: string): Record<string, string> {
  unconfined(path.join(folder, 'data'));
  return { OPENMAGUS_HOME: path.join(folder, 'data'), OPENMAGUS_TEST_WINDOW: kind, OPENMAGUS_DISCOVERY: 'off' };
}

/** What the window opens: a folder (trusted or not), nothing, or a workspace of three folders. */
async function opened(kind: WindowKind, folder: string): Promise<string | undefined> {
  if (kind === 'empty') return undefined;
  const names = kind === 'many' ? ['one', 'two', 'three'] : ['project'];
  for (const name of names) await mkdir(path.join(folder, name));
  if (kind !== 'many') return path.join(folder, 'project');
  const file = path.join(folder, 'many.code-workspace');
  await writeFile(file, JSON.stringify({ folders: names.map((name) => ({ path: name })) }));
  return file;
}

/** Mocha loads inside the extension host, so the suite is one CommonJS file there. */
async function bundleSuite(): Promise<string> {
  const outfile = path.join(leftovers, 'host-suite', 'index.js');
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'index.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'error',
  });
  await writeFile(path.join(path.dirname(outfile), 'package.json'), '{"type":"commonjs"}\n');
  return outfile;
}

/** The extension host says other things as well; the reporter indents what it says. */
function isTheSuites(text: string): boolean {
  return /^(\s|$)/.test(text);
}

function countOf(text: string): { passing: number; failing: number } {
  return {
    passing: Number(/^\s*(\d+) passing/m.exec(text)?.[1] ?? 0),
    failing: Number(/^\s*(\d+) failing/m.exec(text)?.[1] ?? 0),
  };
}

async function reaches(address: string): Promise<boolean> {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}
