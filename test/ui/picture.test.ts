import assert from 'node:assert/strict';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ScriptedReply } from '../support/scripted-model.ts';
import { until } from '../support/until.ts';
import { publish, screenshots } from './capture.ts';
import { allowAll, ask, button, region } from './person.ts';
import { stage } from './stage.ts';
import { wear } from './theme.ts';

const mostBytes = 250_000;

const acts = (text: string, name: string, args: unknown): ScriptedReply & { when: { tool: string } } => ({
  when: { tool: 'edit_file' },
  text,
  calls: [{ name, args }],
});
const steps = [
  {
    id: 'mend',
    title: 'Multiply each price by its quantity',
    instructions: 'Mend total() in src/cart.js.',
    writes: ['src/cart.js'],
    check: 'node --test',
  },
  {
    id: 'guard',
    title: 'Add a test for an empty cart',
    instructions: 'Add a test to test/cart.test.js.',
    after: ['mend'],
    writes: ['test/cart.test.js'],
    check: 'node --test',
  },
];
const mend = {
  path: 'src/cart.js',
  edits: [{ old_text: 'sum + item.price, 0', new_text: 'sum + item.price * item.quantity, 0' }],
};
const guard = {
  path: 'test/cart.test.js',
  edits: [
    {
      old_text: "test('the receipt names every item'",
      new_text:
        "test('an empty cart costs nothing', () => {\n  assert.equal(total([]), 0);\n});\n\ntest('the receipt names every item'",
    },
  ],
};

describe('the picture of the README', () => {
  it('shows a plan, its calls, a diff and a verified end', async () => {
    const on = await stage();
    const window = await on.open('sample');
    const { page } = window;
    on.play({
      turns: [
        {
          when: { tool: 'propose_plan' },
          calls: [{ name: 'propose_plan', args: { steps } }],
        },
        acts('', 'read_file', { path: 'src/cart.js' }),
        acts('', 'edit_file', mend),
        acts('', 'finish_step', { summary: 'Each price counts as often as it is in the cart.', evidence: '' }),
        acts('', 'edit_file', guard),
        acts('', 'finish_step', { summary: 'An empty cart is tested.', evidence: '' }),
      ],
    });
    await ask(window, 'One test fails. Find out why and mend it.', 'auto');
    await region(window, 'Plan').getByRole('button', { name: 'Accept', exact: true }).click();
    assert.equal(await allowAll(window), 'Done, and every check passed');
    await button(window, /^Show what changed in .*cart\.js$/).click();
    await until(async () => (await page.locator('.monaco-diff-editor .line-insert').count()) > 0);
    await page.setViewportSize({ width: 1280, height: 920 });
    await window.runCommand('View: Toggle Primary Side Bar Visibility');
    // The edge between editor and chat, to give the chat a third of the window.
    await page.mouse.move(982, 600);
    await page.mouse.down();
    await page.mouse.move(830, 600, { steps: 4 });
    await page.mouse.up();
    await wear(() => window.chat, 'light', on.change);
    await page.mouse.move(400, 700);
    await window.chat.locator('.scroll').evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await window.chat.getByRole('heading', { name: 'Plan' }).waitFor();
    await mkdir(screenshots, { recursive: true });
    const picture = path.join(screenshots, 'chat.png');
    await page.screenshot({ path: picture });
    assert.ok((await stat(picture)).size < mostBytes);
    await publish('chat', 'chat');
    await window.close();
  });
});
