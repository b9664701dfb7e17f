import { setTimeout as sleep } from 'node:timers/promises';
import { format } from 'node:util';
import type { Browser, Frame, Page } from 'playwright-core';

export interface Workbench {
  readonly page: Page;
  /** Runs a command by its title in the palette, as a person would. */
  runCommand(title: string): Promise<void>;
  /** Opens the OpenMagus chat and gives the document inside its webview. */
  openChat(): Promise<Frame>;
  /** Opens the OpenMagus panel by a command and gives the document inside its webview. */
  openPanel(title: string): Promise<Frame>;
  /** The document of a panel that came back with the window. */
  restoredPanel(): Promise<Frame>;
  /** Messages VS Code would have shown as toasts; the driver keeps those back. */
  notifications(): Promise<readonly string[]>;
  /** Loads the window anew: its extension host ends and another begins. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface WorkbenchOptions {
  readonly width?: number;
  readonly height?: number;
  /** Lines of a test run inside the extension host, and its exit code. */
  readonly onLine?: (line: string) => void;
  readonly onExit?: (code: number) => void;
}

const patience = 60_000;

/** A browser page of its own on a workbench, ready to be used. */
export async function openWorkbench(
  browser: Browser,
  address: string,
  options: WorkbenchOptions = {},
): Promise<Workbench> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1200, height: options.height ?? 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  await page.exposeFunction('codeAutomationLog', (_type: string, words: unknown[]) =>
    options.onLine?.(format(...words)),
  );
  await page.exposeFunction('codeAutomationExit', (code: number) => options.onExit?.(code));
  await load(page, address);
  return {
    page,
    reload: () => load(page, address),
    runCommand: (title) => runCommand(page, title),
    openChat: () => openChat(page),
    openPanel: async (title) => {
      await runCommand(page, title);
      return webviewFrame(page, 'panel');
    },
    restoredPanel: () => webviewFrame(page, 'panel'),
    notifications: () => notifications(page),
    close: () => context.close(),
  };
}

async function load(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'domcontentloaded', timeout: patience });
  await page.waitForSelector('.monaco-workbench', { timeout: patience });
  await page.waitForFunction('globalThis.driver !== undefined', undefined, { timeout: patience });
  await page.evaluate('globalThis.driver.whenWorkbenchRestored()');
}

/** The rows of extensions come late, and whatever takes the focus closes the palette: it is asked again until it has run. */
async function runCommand(page: Page, title: string): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await tryCommand(page, title);
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`The palette did not run "${title}".`, { cause: error });
      await page.keyboard.press('Escape');
      // The focus may be in a view that is gone, and the key would go with it.
      await page.evaluate('document.activeElement?.blur(); window.focus()');
      await sleep(300);
    }
  }
}

async function tryCommand(page: Page, title: string): Promise<void> {
  const soon = { timeout: 3000 };
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget:visible .quick-input-box input');
  await input.waitFor({ state: 'visible', ...soon });
  await input.fill(`>${title}`, soon);
  const row = page
    .locator('.quick-input-widget .quick-input-list .monaco-list-row')
    .filter({ has: page.locator('.label-name', { hasText: title }) })
    .first();
  await row.click(soon);
}

async function openChat(page: Page): Promise<Frame> {
  await runCommand(page, 'OpenMagus: Focus on Chat View');
  return webviewFrame(page, 'chat');
}

/** The innermost document of the webview; the outer ones are VS Code's own. */
async function webviewFrame(page: Page, name: 'chat' | 'panel'): Promise<Frame> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    for (const frame of page.frames()) {
      if (!frame.url().includes('fake.html') && frame.name() !== 'active-frame') continue;
      const found = await frame.$(`body.of-${name} #app *`).catch(() => null);
      if (found) return frame;
    }
    await sleep(200);
  }
  throw new Error(`The ${name} did not come up.`);
}

async function notifications(page: Page): Promise<readonly string[]> {
  await runCommand(page, 'Notifications: Show Notifications');
  await sleep(500);
  const texts = await page.locator('.notifications-center .notification-list-item-message').allTextContents();
  await page.keyboard.press('Escape');
  return texts;
}
