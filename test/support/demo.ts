import { execFileSync, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { buildExtension, leftovers, packageExtension, projectFolder } from './extension-package.ts';
import { playScenario, type Scenario, type ScriptedModel, startScriptedModel } from './scripted-model.ts';
import { remoteUri, startVscodeServer } from './vscode-server.ts';
import { openWorkbench } from './workbench.ts';

/** A task from plan to checked result in a real VS Code. The model is a script: no AI is involved, and every place says so. */
const modelName = 'scripted-demo (no AI)';
const goal = 'One test fails. Find out why and mend it.';
const screenshot = path.join(leftovers, 'demo.png');

interface Stage {
  /** Copy of the sample project. */
  readonly project: string;
  /** What OpenMagus keeps, apart from the user's own. */
  readonly home: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

const code = usersCode();
const shows: Readonly<Record<string, (stage: Stage) => Promise<boolean>>> = {
  code: showInUsersCode,
  serve: showOnLoopback,
  headless: showToNobody,
};
const chosen = process.env['OPENMAGUS_DEMO'] ?? (watched() ? (code === undefined ? 'serve' : 'code') : 'headless');
const show = shows[chosen];
if (show === undefined || (chosen === 'code' && code === undefined)) {
  console.error(
    show === undefined
      ? `OPENMAGUS_DEMO is one of ${Object.keys(shows).join(', ')}, not ${chosen}.`
      : 'There is no VS Code 1.110 or newer behind the command `code`. Leave OPENMAGUS_DEMO out.',
  );
  process.exitCode = 2;
} else {
  process.exitCode = (await onStage(show)) ? 0 : 1;
}

async function onStage(play: (stage: Stage) => Promise<boolean>): Promise<boolean> {
  console.log('OpenMagus demo. No AI is involved: the model is a script, its words were written beforehand.');
  console.log('Everything else is real: VS Code, the extension, the files, the commands, the checks.\n');
  const folder = await mkdtemp(path.join(tmpdir(), 'openmagus-demo-'));
  const project = path.join(folder, 'corner-shop');
  await cp(path.join(projectFolder, 'test', 'fixtures', 'demo-project'), project, { recursive: true });
  const model = await startDemoModel();
  try {
    return await play({
      project,
      home: path.join(folder, 'data'),
      settings: {
        'openmagus.models': { baseURL: model.url, model: modelName },
        'openmagus.approvals': 'ask',
      },
    });
  } finally {
    await model.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The script begins anew with every task. */
async function startDemoModel(): Promise<ScriptedModel> {
  const file = path.join(projectFolder, 'test', 'fixtures', 'demo-scenario.json');
  const scenario = JSON.parse(await readFile(file, 'utf8')) as Scenario;
  let play = playScenario(scenario);
  return startScriptedModel((request) => {
    const opens = request.messages.every(({ role }) => role !== 'assistant');
    if (opens && request.tools.includes('propose_plan')) play = playScenario(scenario);
    return play(request);
  });
}

/** The user's own VS Code, with a profile of its own: settings, extensions and data of the user stay untouched. */
async function showInUsersCode({ project, home, settings }: Stage): Promise<boolean> {
  await buildExtension();
  const profile = path.join(path.dirname(project), 'vscode');
  await mkdir(path.join(profile, 'User'), { recursive: true });
  await writeFile(
    path.join(profile, 'User', 'settings.json'),
    JSON.stringify({ ...settings, 'workbench.startupEditor': 'none' }),
  );
  console.log('Opening VS Code on the sample project.');
  sayWhatToDo();
  console.log('Close that window when you have seen enough.');
  const words = ['--wait', '--new-window', '--disable-workspace-trust', '--skip-welcome'];
  const places = ['--user-data-dir', profile, '--extensions-dir', path.join(profile, 'extensions')];
  const child = spawn(code ?? 'code', [...words, ...places, '--extensionDevelopmentPath', projectFolder, project], {
    stdio: 'inherit',
    env: { ...process.env, OPENMAGUS_HOME: home },
    shell: process.platform === 'win32',
  });
  const ended = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
  return ended === 0;
}

async function showOnLoopback({ project, home, settings }: Stage): Promise<boolean> {
  const vsix = await packageExtension();
  const server = await startVscodeServer({ settings, env: { OPENMAGUS_HOME: home }, vsix, driven: false });
  try {
    console.log(`VS Code is served on this machine only:\n\n  ${server.address(project)}\n`);
    sayWhatToDo();
    console.log('Ctrl+C ends the demo.');
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    return true;
  } finally {
    await server.stop();
  }
}

function sayWhatToDo(): void {
  console.log(`In the OpenMagus view (command "OpenMagus: New Task"), type a goal, for instance:\n\n  ${goal}\n`);
  console.log('and press Enter. Accept the plan, allow what it asks for, and watch it being checked.');
}

/** Plays the person as well, to the end, and looks whether it came true. */
async function showToNobody({ project, home, settings }: Stage): Promise<boolean> {
  await buildExtension();
  console.log(`The tests of the sample project ${testsPass(project) ? 'pass' : 'fail'} before the task.`);
  const server = await startVscodeServer({ settings, env: { OPENMAGUS_HOME: home } });
  const browser = await launchBrowser();
  try {
    const payload = { extensionDevelopmentPath: remoteUri(server.port, projectFolder) };
    const workbench = await openWorkbench(browser, server.address(project, payload), { width: 1280, height: 860 });
    const chat = await workbench.openChat();
    const result = await playPerson(chat);
    await mkdir(leftovers, { recursive: true });
    await workbench.page.screenshot({ path: screenshot });
    const passing = testsPass(project);
    const verified = result.startsWith('Done, and every check passed');
    console.log(`\nThe task ended: ${result}`);
    console.log(`The tests of the sample project ${passing ? 'pass' : 'fail'} now.`);
    console.log(`A picture of it: ${screenshot}`);
    return verified && passing;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Types the goal, accepts the plan, allows what is asked; returns the first line of the result. */
async function playPerson(chat: Frame): Promise<string> {
  await chat.getByRole('textbox', { name: 'Goal' }).fill(goal);
  await chat.getByRole('textbox', { name: 'Goal' }).press('Enter');
  console.log(`Goal: ${goal}`);
  await chat.getByRole('button', { name: 'Accept', exact: true }).click();
  console.log('The plan was accepted.');
  const result = chat.getByRole('region', { name: 'Result' });
  const approvals = chat.getByRole('region', { name: /^Approval/ });
  for (;;) {
    await result.or(approvals).first().waitFor({ timeout: 60_000 });
    if (await result.isVisible()) return (await result.locator('strong').first().textContent()) ?? '';
    const asked = approvals.first();
    const title = ((await asked.getAttribute('aria-label')) ?? '').replace(/^Approval: /, '');
    // This very card: the next one may be there the moment it is gone.
    const card = await asked.elementHandle();
    await asked.getByRole('button', { name: 'Allow', exact: true }).click();
    console.log(`Allowed: ${title}`);
    await card?.waitForElementState('hidden');
  }
}

function testsPass(project: string): boolean {
  try {
    execFileSync(process.execPath, ['--test'], { cwd: project, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Somebody sits at this terminal, and there is a display for a window or a browser. */
function watched(): boolean {
  if (!process.stdout.isTTY) return false;
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** The command of a VS Code that is new enough for the extension. */
function usersCode(): string | undefined {
  try {
    const [version = ''] = execFileSync('code', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
      shell: process.platform === 'win32',
    }).split('\n');
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major > 1 || (major === 1 && minor >= 110) ? 'code' : undefined;
  } catch {
    return undefined;
  }
}
