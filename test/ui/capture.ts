import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axe, { type AxeResults } from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import { leftovers, projectFolder } from '../support/extension-package.ts';
import { until } from '../support/until.ts';
import { stage, type Window } from './stage.ts';
import { type ThemeName, themes, wear } from './theme.ts';

export const screenshots = path.join(leftovers, 'screenshots');

/** A view of ours, and the widths it is looked at. */
interface Subject {
  readonly view: Frame;
  readonly usual: number;
  readonly narrow: readonly number[];
}

const height = 800;
const ofChat = ({ chat }: Window): Subject => ({ view: chat, usual: 420, narrow: [300, 200] });
export const ofPanel = (view: Frame): Subject => ({ view, usual: 1000, narrow: [300] });

/**
 * Pictures of what the chat (or another view of ours) shows now, in every theme at the usual width and in one of them at the
 * narrow ones. Each is looked at by axe, and nothing may stick out to the side. The window must show this view alone.
 */
export async function capture(window: Window, name: string, subject: Subject = ofChat(window)): Promise<void> {
  const { view, usual, narrow } = subject;
  const faults: string[] = [];
  const look = async (where: string): Promise<void> => {
    await settled(view);
    await mkdir(screenshots, { recursive: true });
    await window.page.screenshot({ path: path.join(screenshots, `${name}.${where}.png`), animations: 'disabled' });
    const found = [...(await graveFaults(view)), ...(await sticksOut(view))];
    faults.push(...found.map((fault) => `${name}.${where}: ${fault}`));
  };
  const { change } = await stage();
  for (const theme of Object.keys(themes) as ThemeName[]) {
    await wear(() => view, theme, change);
    await look(theme);
  }
  for (const width of narrow) {
    await resize(window.page, view, width);
    await look(String(width));
  }
  await resize(window.page, view, usual);
  await settled(view);
  assert.deepEqual(faults, []);
}

/** Puts a picture into the documentation where it is not there, or where OPENMAGUS_PICTURE asks for it. */
export async function publish(screenshot: string, name: string): Promise<void> {
  const published = path.join(projectFolder, 'docs', 'images', `${name}.png`);
  if (existsSync(published) && process.env['OPENMAGUS_PICTURE'] === undefined) return;
  await mkdir(path.dirname(published), { recursive: true });
  await copyFile(path.join(screenshots, `${screenshot}.png`), published);
}

/** What axe calls serious or critical. */
async function graveFaults(chat: Frame): Promise<readonly string[]> {
  if (!(await chat.evaluate<boolean>('"axe" in globalThis'))) await chat.evaluate(axe.source);
  const { violations } = await chat.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

/** The view becomes this wide; the window is a little wider. */
async function resize(page: Page, view: Frame, width: number): Promise<void> {
  const inner = (): Promise<number> => view.evaluate<number>('innerWidth');
  const frame = (page.viewportSize()?.width ?? 0) - (await inner());
  await page.setViewportSize({ width: width + frame, height });
  await until(async () => (await inner()) === width);
}

/** Two frames drawn, fonts and pictures there. */
async function settled(chat: Frame): Promise<void> {
  await chat.evaluate(
    'document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1)))))',
  );
  await sleep(120);
}

/** Elements that reach beyond the right edge without something around them that scrolls or cuts on purpose. */
function sticksOut(chat: Frame): Promise<readonly string[]> {
  return chat.evaluate(() => {
    const cuts = (element: Element | null): boolean => {
      if (element === null || element === document.body) return false;
      const { overflowX, clipPath } = getComputedStyle(element);
      return overflowX !== 'visible' && !element.classList.contains('scroll')
        ? true
        : clipPath !== 'none' || cuts(element.parentElement);
    };
    return [...document.querySelectorAll('#app *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !cuts(element.parentElement))
      .map(
        (element) => `sticks out: ${element.tagName}.${element.className}: ${(element.textContent ?? '').slice(0, 60)}`,
      );
  });
}
