import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { leftovers, packageExtension, projectFolder } from '../support/extension-package.ts';
import { playScenario, type Scenario, type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import { themes, wear } from './theme.ts';

/**
 * One VS Code with the packaged extension installed, one browser, one scripted model for the whole suite; the windows that
 * are opened in it share settings, keys and the journal, as those of a person do.
 */
export interface Stage {
  readonly server: VscodeServer;
  readonly model: ScriptedModel;
  /** The data of the person: journal and memories. */
  readonly home: string;
  /** First on the PATH of the window's commands. */
  readonly programs: string;
  /** Opens a window on a folder of its own, on the sample project, or on nothing. */
  open(folder: 'sample' | 'bare' | undefined, options?: WindowOptions): Promise<Window>;
  /** What the model answers from now on. */
  play(scenario: Scenario | ReturnType<typeof playScenario>): void;
  /** Changes some settings; the usual ones configure the model and ask for everything. */
  change(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Changes them and comes back when the window has read them; the theme tells. */
  heed(window: Window, settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Back to the usual ones. */
  restore(): Promise<void>;
}

interface WindowOptions {
  /** The chat fills the window, so that the window's width is the chat's. */
  readonly chatAlone?: boolean;
}

export interface Window extends Workbench {
  readonly page: Page;
  /** The document of the chat; another one after the window was loaded anew. */
  chat: Frame;
  /** The open folder; empty where none is. */
  readonly folder: string;
}

let started: Promise<Stage> | undefined;
const opened: Window[] = [];
const endings: (() => Promise<unknown>)[] = [];

export function stage(): Promise<Stage> {
  started ??= start();
  return started;
}

afterEach(async function () {
  if (this.currentTest?.state !== 'failed') return;
  await mkdir(leftovers, { recursive: true });
  for (const [index, { page, chat }] of opened.entries()) {
    if (page.isClosed()) continue;
    await page.screenshot({ path: path.join(leftovers, `failed-${index}.png`) }).catch(() => undefined);
    for (const frame of [page.mainFrame(), chat]) {
      const shown = await frame.evaluate<string>('document.body.innerText').catch(() => '');
      console.log(`window ${index} shows:\n${shown}\n`);
    }
  }
});

after(async () => {
  for (const end of endings.reverse()) await end();
});

const calm = {
  'workbench.activityBar.location': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.reduceMotion': 'on',
  'editor.scrollbar.vertical': 'hidden',
  'editor.scrollbar.horizontal': 'hidden',
  'editor.minimap.enabled': false,
  'security.workspace.trust.enabled': false,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'workbench.colorTheme': themes.light.id,
};

async function start(): Promise<Stage> {
  const vsix = await packageExtension();
  const scratch = await mkdtemp(path.join(tmpdir(), 'openmagus-ui-'));
  endings.push(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
  let play = playScenario({ turns: [] });
  const model = await startScriptedModel((request) => play(request));
  endings.push(() => model.close());
  const usual = {
    ...calm,
    // An answer that is held stays held, and nobody asks for lessons meanwhile.
    'openmagus.models': { baseURL: model.url, model: 'scripted (no AI)', timeouts: { idleMs: 600_000 } },
    'openmagus.memory.lessons': false,
    'openmagus.approvals': 'ask',
  };
  const home = path.join(scratch, 'data');
  const programs = path.join(scratch, 'programs');
  const PATH = [programs, process.env['PATH']].join(path.delimiter);
  // As started from a terminal: a login shell is not asked for another PATH.
  const env = { OPENMAGUS_HOME: home, OPENMAGUS_DISCOVERY: 'off', PATH, VSCODE_CLI: '1' };
  let changed: Readonly<Record<string, unknown>> = {};
  const server = await startVscodeServer({ settings: usual, env, vsix, workspaceTrust: true });
  endings.push(() => server.stop());
  const browser = await launchBrowser();
  endings.push(() => browser.close());
  const result: Stage = {
    server,
    model,
    home,
    programs,
    play: (scenario) => {
      play = typeof scenario === 'function' ? scenario : playScenario(scenario);
    },
    change: (settings) => {
      changed = { ...changed, ...settings };
      return server.changeSettings(changed);
    },
    heed: async (window, settings) => {
      await result.change(settings);
      for (const theme of ['contrast', 'light'] as const) await wear(() => window.chat, theme, result.change);
    },
    restore: () => {
      const { 'workbench.colorTheme': theme } = changed as { 'workbench.colorTheme'?: string };
      changed = theme === undefined ? {} : { 'workbench.colorTheme': theme };
      return server.changeSettings(changed);
    },
    open: async (folder, options = {}) => {
      const window = await openWindow({ server, browser, scratch }, folder, options);
      for (const theme of ['dark', 'light'] as const) await wear(() => window.chat, theme, result.change);
      return window;
    },
  };
  return result;
}

let windows = 0;

async function openWindow(
  { server, browser, scratch }: { server: VscodeServer; browser: Browser; scratch: string },
  kind: 'sample' | 'bare' | undefined,
  options: WindowOptions,
): Promise<Window> {
  windows += 1;
  const folder = kind === undefined ? '' : path.join(scratch, String(windows), 'corner-shop');
  if (kind === 'sample')
    await cp(path.join(projectFolder, 'test', 'fixtures', 'demo-project'), folder, { recursive: true });
  else if (kind === 'bare') await mkdir(folder, { recursive: true });
  const size = { width: 1280, height: 860 };
  const workbench = await openWorkbench(browser, server.address(folder || undefined), size);
  const chat = await workbench.openChat();
  workbench.page.setDefaultTimeout(15_000);
  const alone = async (): Promise<void> => {
    const editors = workbench.page.locator('[id="workbench.parts.editor"]');
    // VS Code may or may not have kept it over a reload.
    if (await editors.isVisible()) await workbench.runCommand('View: Maximize Secondary Side Bar');
    await workbench.page.setViewportSize({ width: 420, height: 800 });
  };
  if (options.chatAlone) await alone();
  const window: Window = {
    ...workbench,
    chat,
    folder,
    reload: async () => {
      await workbench.reload();
      window.chat = await workbench.openChat();
      if (options.chatAlone) await alone();
    },
  };
  opened.push(window);
  return window;
}
