import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../support/until.ts';
import { screenshots } from './capture.ts';
import { acts, ask, begin, button, hold, region, result } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const mend = {
  path: 'src/cart.js',
  edits: [{ old_text: 'sum + item.price, 0', new_text: 'sum + item.price * item.quantity, 0' }],
};
const changing = [
  acts('read_file', { path: 'src/cart.js' }),
  acts('edit_file', mend),
  acts('write_file', { path: 'docs/total.md', content: '# The total\n' }),
  acts('finish_step', { summary: 'The total is right.', evidence: '' }),
];

describe('the workbench around the chat', () => {
  let on: Stage;
  let window: Window;
  let former: string;
  const place = (name: string) => path.join(window.folder, name);
  const tab = (label: string | RegExp) => window.page.locator('.tabs-container .tab', { hasText: label });
  before(async () => {
    on = await stage();
    window = await on.open('sample');
    former = await readFile(place('src/cart.js'), 'utf8');
    await on.heed(window, { 'openmagus.approvals': 'auto' });
    on.play({ turns: changing });
    await ask(window, 'Mend the total and write it down', 'act');
    await result(window).waitFor();
  });
  after(async () => {
    await on.restore();
    await window.close();
  });

  it('opens what one call changed as a diff', async () => {
    await button(window, /^Show what changed in .*cart\.js$/).click();
    await tab('cart.js (this call)').waitFor();
    await window.page.locator('.monaco-diff-editor').first().waitFor();
    await until(async () => (await window.page.locator('.monaco-diff-editor .line-insert').count()) > 0);
  });

  it('opens the changes of the whole task side by side', async () => {
    await button(window, 'Review Changes').first().click();
    await tab('OpenMagus: changes of the task').waitFor();
    await until(async () => (await window.page.locator('.multiDiffEntry').count()) === 2);
  });

  it('lists the task in the tree, and opens it from there', async () => {
    await begin(window);
    await window.runCommand('OpenMagus: Focus on Tasks View');
    const row = window.page.locator('.pane', { hasText: 'Tasks' }).getByRole('treeitem').first();
    await row.waitFor();
    assert.match((await row.textContent()) ?? '', /Mend the total and write it down.*done, not checked/);
    await row.click();
    await result(window).waitFor();
    await window.runCommand('OpenMagus: Focus on Chat View');
  });

  it('asks in a dialog before it undoes the task, and brings the files back', async () => {
    await result(window).getByRole('button', { name: 'Undo' }).click();
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByText('Undo the changes to 2 files?').waitFor();
    assert.match((await dialog.textContent()) ?? '', /src\/cart\.js/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.ok(existsSync(place('docs/total.md')));
    await result(window).getByRole('button', { name: 'Undo' }).click();
    await dialog.getByRole('button', { name: 'Undo', exact: true }).click();
    await until(async () => !existsSync(place('docs/total.md')));
    assert.equal(await readFile(place('src/cart.js'), 'utf8'), former);
    await until(async () => (await window.notifications()).some((text) => text.includes('Undone')));
  });

  it('runs a task from the palette, and tells whoever does not watch how it ended', async () => {
    on.play({ turns: [{ calls: [{ name: 'answer', args: { text: 'Seven.' } }], delayMs: 3000 }] });
    await window.runCommand('OpenMagus: Run Task…');
    await window.page.locator('.quick-input-widget', { hasText: 'What should be done?' }).waitFor();
    await window.page.keyboard.type('How many prices are there?');
    await window.page.keyboard.press('Enter');
    await until(async () => on.model.requests.at(-1)?.raw.includes('How many prices') ?? false);
    await window.runCommand('View: Hide Secondary Side Bar');
    await until(async () => (await window.notifications()).some((text) => text.includes('A task is done')));
    await window.runCommand('Notifications: Show Notifications');
    await window.page.locator('.notifications-center').getByRole('button', { name: 'Show Task' }).first().click();
    window.chat = await window.openChat();
    await result(window).getByText('Answered').waitFor();
  });

  it('shows in the status bar that it works, and that it waits', async () => {
    const item = window.page.locator('.statusbar-item', { hasText: 'OpenMagus' });
    on.play({ turns: [hold] });
    await ask(window, 'Take your time', 'act');
    await until(async () => ((await item.getAttribute('aria-label')) ?? '').includes('A task is running'));
    await begin(window);
    await on.heed(window, { 'openmagus.approvals': 'ask' });
    on.play({ turns: [acts('write_file', { path: 'x.txt', content: 'x' })] });
    await ask(window, 'Ask me first', 'act');
    await region(window, /^Approval/).waitFor();
    await item.getByText('OpenMagus asks').waitFor();
    await item.click();
    await begin(window);
  });

  it('offers itself for a selection in the editor', async () => {
    await window.page.getByRole('treeitem', { name: 'README.md' }).dblclick();
    await tab('README.md').waitFor();
    await window.page.locator('.monaco-editor .view-line').first().click();
    await window.page.keyboard.press('Control+a');
    await window.page.locator('.statusbar-item', { hasText: 'selected' }).waitFor();
    await window.page.keyboard.press('Control+.');
    const menu = window.page.locator('.action-widget');
    await menu.getByText('Explain with OpenMagus').waitFor();
    for (const offer of ['Fix', 'Refactor', 'Document', 'Write Tests'])
      assert.ok(await menu.getByText(`${offer} with OpenMagus`).isVisible(), offer);
    await window.page.keyboard.press('Escape');
  });

  it('guides a newcomer in at most six steps', async () => {
    await window.runCommand('Welcome: Open Walkthrough...');
    await window.page.keyboard.type('OpenMagus');
    await window.page.keyboard.press('Enter');
    const stepsShown = window.page.locator('.getting-started-step');
    await stepsShown.first().waitFor();
    const count = await stepsShown.count();
    assert.ok(count >= 4 && count <= 6, String(count));
    await mkdir(screenshots, { recursive: true });
    await window.page.screenshot({ path: path.join(screenshots, 'walkthrough.png') });
  });
});
