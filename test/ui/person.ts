import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { projectFolder } from '../support/extension-package.ts';
import type { ScriptedReply } from '../support/scripted-model.ts';
import { until } from '../support/until.ts';
import type { Window } from './stage.ts';

/** The model begins to answer and never ends: whatever the chat shows then stays. */
export const hold: ScriptedReply = { text: '', silence: true };

/** What the Executor does next. */
export const acts = (name: string, args: unknown): ScriptedReply & { when: { tool: string } } => ({
  when: { tool: 'edit_file' },
  calls: [{ name, args }],
});

export const goal = (window: Window): Locator => window.chat.getByRole('textbox', { name: 'Goal' });
export const button = (window: Window, name: string | RegExp): Locator =>
  window.chat.getByRole('button', { name, exact: true });
export const region = (window: Window, name: string | RegExp): Locator => window.chat.getByRole('region', { name });
export const result = (window: Window): Locator => region(window, 'Result').last();

/** Waits until the focus is there. */
export function holdsFocus(place: Locator): Promise<void> {
  return until(() => place.evaluate((element) => element === document.activeElement));
}

/** From whatever the chat shows to the page where a task begins. */
export async function begin(window: Window): Promise<void> {
  const cancel = button(window, 'Cancel');
  if (await cancel.isVisible()) {
    await cancel.click();
    await result(window).waitFor();
  }
  const back = button(window, 'Back to all tasks');
  if (await back.isVisible()) await back.click();
  await window.chat.getByRole('heading', { name: 'What should be done?' }).waitFor();
}

export async function ask(window: Window, text: string, mode?: 'auto' | 'ask' | 'plan' | 'act'): Promise<void> {
  await begin(window);
  if (mode !== undefined) await window.chat.getByRole('combobox', { name: 'Mode' }).selectOption(mode);
  await goal(window).fill(text);
  await goal(window).press('Enter');
  await button(window, 'Back to all tasks').waitFor();
}

/** Allows whatever is asked until the task has ended; gives the first line of its end. */
export async function allowAll(window: Window): Promise<string> {
  const approvals = region(window, /^Approval/);
  const cancel = button(window, 'Cancel');
  for (;;) {
    await approvals.first().or(button(window, 'Export as Markdown')).first().waitFor();
    if (!(await cancel.isVisible())) return (await result(window).locator('strong').first().textContent()) ?? '';
    const asked = approvals.first();
    if (!(await asked.isVisible())) continue;
    // This very card: the next one may be there the moment it is gone.
    const card = await asked.elementHandle();
    await asked.getByRole('button', { name: 'Allow', exact: true }).click();
    await card?.waitForElementState('hidden');
  }
}

/** By the command line, which keeps its memories in the same place. */
export async function remember(
  home: string,
  workspace: string,
  lines: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const child = spawn(process.execPath, [path.join(projectFolder, 'dist', 'cli.js'), 'memory', 'import', '-'], {
    env: { ...process.env, OPENMAGUS_HOME: home },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(lines.map((line) => JSON.stringify({ workspace, ...line })).join('\n'));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0);
}
