import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { projectFolder } from '../support/extension-package.ts';
import { until } from '../support/until.ts';
import { capture, ofPanel } from './capture.ts';
import { ask, hold, holdsFocus, remember, result } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const outcome = (success: boolean, index: number) => ({
  taskId: `t${index}`,
  at: `2026-11-0${index + 1}T09:00:00.000Z`,
  success,
  turns: 6 + index,
  tokens: 14_000 + 900 * index,
  usd: 0.012,
  ms: 42_000,
});
const workflow = {
  goals: ['Add a discount to the cart', 'Add free delivery to the cart'],
  preconditions: ['packages npm', 'tests node'],
  steps: [
    { tool: 'edit_file', action: '<file>' },
    { tool: 'run_command', action: 'npm test' },
    { tool: 'write_file', action: 'docs/<file>' },
  ],
  plan: [{ title: 'Change <file>', instructions: 'Change it.', check: 'npm test' }],
  runs: 5,
  successes: 4,
  tried: 4.7,
  won: 3.8,
  outcomes: [true, true, false, true, true].map(outcome),
  supersedes: null,
  status: 'active',
};

const step = (id: string, title: string, ...after: readonly string[]) => ({
  id,
  title,
  instructions: title,
  after,
  writes: [`${id}.txt`],
});
const steps = [
  step('read', 'Read the notes'),
  step('one', 'Write one', 'read'),
  step('two', 'Write two', 'read'),
  step('compare', 'Compare them', 'one', 'two'),
];

describe('the memory explorer', () => {
  let on: Stage;
  let window: Window;
  let panel: Frame;
  const button = (name: string | RegExp) => panel.getByRole('button', { name, exact: true });
  const memory = (title: string | RegExp) => panel.locator('button.memory', { hasText: title });
  const detail = () => panel.getByRole('article', { name: 'Memory' });
  before(async () => {
    on = await stage();
    await mkdir(on.home, { recursive: true });
    await writeFile(path.join(on.home, 'memory.json'), JSON.stringify({ team: 'blue' }));
    window = await on.open('sample');
    panel = await window.openPanel('OpenMagus: Open Memory');
    await window.runCommand('View: Hide Secondary Side Bar');
    await window.runCommand('View: Close Primary Side Bar');
    await window.page.setViewportSize({ width: 1000, height: 800 });
  });
  after(async () => {
    await window.close();
    await rm(path.join(on.home, 'memory.json'), { force: true });
  });

  it('says when nothing is remembered, and where else to look', async () => {
    await panel.getByText('Nothing is remembered here yet.').waitFor();
    await button('Look in all folders').waitFor();
    await capture(window, 'memory-empty', ofPanel(panel));
  });

  it('lists what is remembered in this folder, newest first', async () => {
    await remember(on.home, window.folder, samples);
    await button('Episodes').click();
    await button('All').click();
    await memory('Prices are in cents').waitFor();
    assert.equal(await panel.locator('button.memory').count(), 5);
    await capture(window, 'memory-all', ofPanel(panel));
  });

  it('shows episodes under their days', async () => {
    await button('Episodes').click();
    await panel.getByRole('heading', { name: /November 20, 2026/ }).waitFor();
    assert.equal(await panel.locator('.time-line section').count(), 2);
    await capture(window, 'memory-episodes', ofPanel(panel));
  });

  it('shows facts with citations that open the line', async () => {
    await button('Facts').click();
    await capture(window, 'memory-facts', ofPanel(panel));
    await button('src/cart.js:2').click();
    await window.page.locator('.tabs-container .tab', { hasText: 'cart.js' }).waitFor();
    await window.page.locator('.statusbar-item', { hasText: 'Ln 2' }).waitFor();
    await window.runCommand('View: Close Editor');
    panel = await window.openPanel('OpenMagus: Open Memory');
  });

  it('shows a workflow as a graph with its record and history', async () => {
    await button('Workflows').click();
    await memory('Add a discount').click();
    await detail().getByText('Worked 4 of 5 times').waitFor();
    const graph = detail().getByRole('region', { name: 'Workflow graph' });
    assert.equal(await graph.locator('li').count(), 7);
    assert.match((await graph.textContent()) ?? '', /npm test.*, after <file>/s);
    assert.equal(await detail().getByRole('row').count(), 6);
    await capture(window, 'memory-workflow', ofPanel(panel));
    await detail().getByRole('button', { name: 'Back to the list' }).click();
  });

  it('searches all kinds and says why each was found', async () => {
    await button('All').click();
    await panel.getByRole('searchbox').fill('cents');
    await memory(/Why: .*full text, rank 1/).waitFor();
    assert.equal(await panel.locator('button.memory').count(), 1);
    await memory('Prices').click();
    await detail().getByText('By this search: full text').waitFor();
    await capture(window, 'memory-found', ofPanel(panel));
    await panel.getByRole('searchbox').fill('nothing of the kind zzz');
    await panel.getByText('Nothing is remembered about that.').waitFor();
    await panel.getByRole('searchbox').fill('cents');
    await memory('Prices').waitFor();
  });

  it('pins and edits', async () => {
    await button('Pin').click();
    await button('Unpin').waitFor();
    await button('Edit').click();
    await holdsFocus(panel.getByRole('textbox', { name: 'Title' }));
    await panel.getByRole('textbox', { name: 'Title' }).fill('Prices are in cents, always');
    await capture(window, 'memory-edit', ofPanel(panel));
    await button('Save').click();
    await memory('Prices are in cents, always').waitFor();
    await holdsFocus(detail().getByRole('heading', { name: 'Prices are in cents, always' }));
  });

  it('gives one to the team after a dialog that says who will read it', async () => {
    await button('Share with blue…').click();
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByText('Share this memory with blue?').waitFor();
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await button('Share with blue…').waitFor({ state: 'detached' });
    await detail().getByRole('heading', { name: 'Prices are in cents, always' }).waitFor();
    assert.equal(await panel.locator('button.memory').count(), 1);
  });

  it('forgets one after a dialog that names it', async () => {
    await detail().getByRole('button', { name: 'Forget…' }).click();
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByText('Forget this memory?').waitFor();
    assert.match((await dialog.textContent()) ?? '', /fact: Prices are in cents, always/);
    await dialog.getByRole('button', { name: 'Forget', exact: true }).click();
    await holdsFocus(detail().getByText('This memory has been forgotten.'));
    await until(async () => (await panel.locator('button.memory').count()) === 0);
  });

  it('shows the evidence of what was learned with words from outside, and keeps it from tasks until it is accepted', async () => {
    const lesson = {
      kind: 'fact',
      title: 'The shop wants TZ=UTC',
      text: 'The tests of the shop only pass with TZ=UTC.',
      source: 'lesson of task t1',
      evidence: [{ taskId: 't1', seq: 12, quote: 'expected 2026-01-01T00:00Z' }],
    };
    await remember(on.home, window.folder, [
      { ...lesson, review: true },
      { ...lesson, title: 'The moon is cheese', text: 'A page said so.', review: true },
    ]);
    await panel.getByRole('searchbox').fill('');
    await button('Facts').click();
    await memory(/The shop wants.*waits for your review/).click();
    await detail().getByText('expected 2026-01-01T00:00Z').waitFor();
    await capture(window, 'memory-review', ofPanel(panel));
    await detail().getByRole('button', { name: 'Accept', exact: true }).click();
    await until(async () => (await detail().getByRole('button', { name: 'Accept', exact: true }).count()) === 0);
    await memory(/The moon is cheese/).click();
    await detail().getByRole('button', { name: 'Reject', exact: true }).click();
    await detail().getByText('This memory has been forgotten.').waitFor();
    await button('All').click();
    await detail().getByRole('button', { name: 'Back to the list' }).click();
  });

  it('comes back when the window is loaded anew', async () => {
    await window.reload();
    panel = await window.restoredPanel();
    await window.runCommand('View: Hide Secondary Side Bar');
    await window.page.setViewportSize({ width: 1000, height: 800 });
    // What was shown and searched for VS Code knows only as of the last time it wrote that down.
    await panel.getByRole('button', { name: 'Back to the list' }).or(memory('The shop wants')).first().waitFor();
    if ((await detail().count()) > 0) await detail().getByRole('button', { name: 'Back to the list' }).click();
    await panel.getByRole('searchbox').fill('');
    await button('All').click();
    await memory('The shop wants').waitFor();
  });

  it('works by keyboard: from the search to a memory and back', async () => {
    const { keyboard } = window.page;
    await panel.getByRole('searchbox').fill('');
    await memory('Mend the total').waitFor();
    await memory('Mend the total').focus();
    await keyboard.press('Enter');
    await until(async () => (await focused()) === 'Mend the total');
    await keyboard.press('Shift+Tab');
    while ((await focused()) !== 'Back to the list') await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await until(async () => (await detail().count()) === 0);
    await until(async () => (await focused()).startsWith('Mend the total'));
  });

  it('lists them in the tree, and opens one from there; why it was recalled is told', async () => {
    await window.page.setViewportSize({ width: 1280, height: 860 });
    window.chat = await window.openChat();
    on.play({ turns: [{ calls: [{ name: 'answer', args: { text: 'Done before.' } }] }] });
    await ask(window, 'How was the total mended?', 'ask');
    await result(window).waitFor();
    await window.runCommand('OpenMagus: Focus on Memory View');
    const pane = window.page.locator('.pane', { hasText: 'Memory' }).last();
    const row = pane.getByRole('treeitem', { name: /Mend the total/ }).first();
    await row.waitFor();
    await row.click();
    await detail().getByRole('heading', { name: 'Mend the total' }).waitFor();
    await detail().getByRole('button', { name: 'How was the total mended?' }).waitFor();
    assert.match((await detail().textContent()) ?? '', /full text, rank/);
  });

  it('shows the plan of the current task as a graph, step by step', async () => {
    on.play({
      turns: [
        {
          when: { tool: 'propose_plan' },
          calls: [{ name: 'propose_plan', args: { steps } }],
        },
        { when: { tool: 'edit_file' }, calls: [{ name: 'finish_step', args: { summary: 'Read.', evidence: '' } }] },
        hold,
        hold,
      ],
    });
    await ask(window, 'Read, then write two notes and compare them', 'auto');
    const plan = window.chat.getByRole('region', { name: 'Plan' });
    await plan.waitFor();
    panel = await window.openPanel('OpenMagus: Open Panel');
    await panel.getByText('The plan waits to be accepted').waitFor();
    await plan.getByRole('button', { name: 'Accept', exact: true }).click();
    await panel.getByText('1 of 4 steps ended').waitFor();
    const graph = panel.getByRole('region', { name: 'Plan graph' });
    assert.match((await graph.textContent()) ?? '', /Compare them.*, after Write one and Write two/s);
    await window.runCommand('View: Hide Secondary Side Bar');
    await window.page.setViewportSize({ width: 1000, height: 800 });
    await capture(window, 'plan-graph', ofPanel(panel));
    await button('Show Task').click();
    window.chat = await window.openChat();
    await window.chat.getByRole('button', { name: 'Cancel', exact: true }).click();
    await result(window).waitFor();
    on.play({ turns: [{ calls: [{ name: 'answer', args: { text: 'Nothing.' } }] }] });
    await ask(window, 'What else is there?', 'ask');
    await panel.getByText('This task has no plan yet.').waitFor();
  });

  it('says what a server lacks when memories cannot be sent to it', async () => {
    const file = path.join(on.home, 'memory.json');
    await writeFile(file, JSON.stringify({ redis: { url: 'redis://127.0.0.1:1' } }));
    const other = await on.open('bare');
    try {
      const explorer = await other.openPanel('OpenMagus: Migrate Memory');
      const card = explorer.getByRole('region', { name: 'Migration' });
      await card.getByText('Migration ended').waitFor();
      assert.match((await card.textContent()) ?? '', /Redis.*Then migrate again/s);
      await other.runCommand('View: Hide Secondary Side Bar');
      await other.runCommand('View: Close Primary Side Bar');
      await other.page.setViewportSize({ width: 1000, height: 800 });
      await capture(other, 'memory-migration-failed', ofPanel(explorer));
      await card.getByRole('button', { name: 'Dismiss' }).click();
      await card.waitFor({ state: 'detached' });
    } finally {
      await rm(file);
      await other.close();
    }
  });

  it('can only be looked at in Restricted Mode, as connectors can', async () => {
    await on.change({ 'security.workspace.trust.enabled': true });
    const other = await on.open('sample');
    try {
      await remember(on.home, other.folder, samples);
      await mkdir(path.join(other.folder, '.vscode'));
      const servers = { eager: { command: 'touch', args: ['started'] } };
      await writeFile(path.join(other.folder, '.vscode', 'mcp.json'), JSON.stringify({ servers }));
      const explorer = await other.openPanel('OpenMagus: Open Memory');
      await other.runCommand('View: Hide Secondary Side Bar');
      await other.runCommand('View: Close Primary Side Bar');
      await other.page.setViewportSize({ width: 1000, height: 800 });
      await explorer.locator('button.memory', { hasText: 'Prices are in cents' }).click();
      const shown = explorer.getByRole('article', { name: 'Memory' });
      for (const name of ['Pin', 'Forget…', 'Edit'])
        assert.ok(await shown.getByRole('button', { name, exact: true }).isDisabled(), name);
      await capture(other, 'memory-restricted', ofPanel(explorer));
      await explorer.getByRole('button', { name: 'Connectors', exact: true }).click();
      await explorer.getByText('none is started, fetched or trusted').waitFor();
      assert.ok(await explorer.getByRole('button', { name: 'Trust and Test eager', exact: true }).isDisabled());
      assert.equal(existsSync(path.join(other.folder, 'started')), false);
    } finally {
      await other.close();
      await on.restore();
    }
  });

  it('weighs little on first sight', async () => {
    const dist = path.join(projectFolder, 'dist', 'webview');
    const script = await readFile(path.join(dist, 'panel.js'), 'utf8');
    const shared = [...script.matchAll(/(?:import|from)\s*"\.\/([^"]+)"/g)].map((found) => found[1] ?? '');
    const files = [...shared.map((name) => path.join(dist, name))];
    for (const name of ['chat', 'panel']) files.push(path.join(projectFolder, 'media', `${name}.css`));
    const sizes = await Promise.all(files.map(async (file) => (await readFile(file)).length));
    assert.ok(script.length + sizes.reduce((sum, size) => sum + size, 0) < 100_000);
  });

  function focused(): Promise<string> {
    return panel.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return '';
      return (element?.getAttribute('aria-label') ?? element?.textContent ?? '').trim();
    });
  }
});

const samples = [
  { kind: 'episode', title: 'Mend the total', text: 'The total forgot quantities.', outcome: 'verified' },
  {
    kind: 'episode',
    title: 'Speed up the receipt',
    text: 'It was not the loop.',
    outcome: 'failed',
    at: '2026-11-20T10:00:00.000Z',
    trials: [{ action: 'npm run bench', ok: false, failure: 'Missing script: "bench"', cure: 'ran npm test' }],
  },
  { kind: 'episode', title: 'Name the cart', text: 'Asked and done.', at: '2026-11-20T09:00:00.000Z' },
  {
    kind: 'fact',
    title: 'Prices are in cents',
    text: 'Prices are whole cents; only the receipt divides by a hundred.',
    source: 'the wiki',
    at: '2026-11-19T09:00:00.000Z',
    cites: [{ path: 'src/cart.js', line: 2 }],
  },
  {
    kind: 'workflow',
    title: 'Add a discount',
    text: 'Change, test, write down.',
    at: '2026-11-05T09:00:00.000Z',
    workflow,
  },
];
