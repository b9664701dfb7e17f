import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ScriptedCall, ScriptedReply } from '../support/scripted-model.ts';
import { until } from '../support/until.ts';
import { capture } from './capture.ts';
import { allowAll, ask, begin, button, hold, holdsFocus, region, remember, result } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const planner = { when: { tool: 'propose_plan' } } as const;
const executor = { when: { tool: 'edit_file' } } as const;
const steps = [
  {
    id: 'mend',
    title: 'Multiply each price by its quantity',
    instructions: 'In src/cart.js, total() adds up the prices and forgets the quantities. Mend it and run the tests.',
    writes: ['src/cart.js'],
    check: 'node --test',
    doneWhen: 'All tests pass.',
  },
  {
    id: 'guard',
    title: 'Add a test for an empty cart',
    instructions: 'Add a test to test/cart.test.js: an empty cart costs nothing.',
    after: ['mend'],
    writes: ['test/cart.test.js'],
    doneWhen: 'The new test is there.',
  },
];
const plan = { ...planner, text: 'Here is the plan.', calls: [{ name: 'propose_plan', args: { steps } }] };
const call = (name: string, args: unknown): ScriptedCall => ({ name, args });
const acts = (...calls: readonly ScriptedCall[]): ScriptedReply => ({ ...executor, calls });
const finish = acts(call('finish_step', { summary: 'Done, **as asked**.', evidence: '' }));

const pastBuild = {
  action: 'rm -rf build && npm test > …',
  ok: false,
  failure: 'Error: no test found in build/',
  cure: 'ran npm run build',
};

const prose = `### What I found

\`total()\` forgets the *quantity*, see [the manual](https://example.com/manual). Two things follow:

1. Prices are added **once**, whatever is in the cart.
2. The receipt is wrong as well.

\`\`\`js
export function total(cart) {
  // Every item counts as often as it is in the cart.
  return cart.reduce((sum, item) => sum + item.price * item.quantity, 0);
}
\`\`\`

| item | price | quantity | total |
| --- | ---: | ---: | ---: |
| tea | 3.50 | 2 | 7.00 |
| rice, long grain, a kilogram | 2.20 | 1 | 2.20 |

> Prices are in euros.

Now I read \`a/rather/long/path/of/a/file/that/has/to/wrap/somewhere/in/a/narrow/view.js\``;

describe('a task in the chat', () => {
  let on: Stage;
  let window: Window;
  before(async () => {
    on = await stage();
    window = await on.open('sample', { chatAlone: true });
  });
  after(async () => {
    await begin(window);
    await window.close();
  });
  afterEach(() => on.restore());

  it('streams Markdown with code, coloured when it is whole', async () => {
    on.play({ turns: [{ ...executor, text: prose, silence: true }] });
    await ask(window, 'Why is the total wrong?', 'act');
    await window.chat.getByText('narrow/view.js').waitFor();
    await until(async () => (await window.chat.locator('.markdown table td').count()) === 8);
    await window.chat.locator('.code-keyword').first().waitFor();
    await capture(window, 'streaming');
  });

  it('shows what nests too deep as it was written', async () => {
    on.play({ turns: [{ ...executor, text: `${'> '.repeat(80)}far inside`, silence: true }] });
    await ask(window, 'Quote it', 'act');
    await window.chat.getByText(/> far inside/).waitFor();
    assert.ok((await window.chat.locator('.markdown blockquote').count()) <= 51);
    on.play({ turns: [{ ...executor, text: `${'>'.repeat(3000)}too far inside`, silence: true }] });
    await ask(window, 'Quote it again', 'act');
    await window.chat.getByText(/>{3000}too far inside/).waitFor();
  });

  it('is cancelled by its button, and goes on when it is resumed', async () => {
    await button(window, 'Cancel').click();
    await result(window).getByText('Cancelled', { exact: true }).waitFor();
    await capture(window, 'cancelled');
    on.play({ turns: [hold] });
    await button(window, 'Resume').click();
    await window.chat.getByText('Resumed.').waitFor();
    await button(window, 'Cancel').waitFor();
    await holdsFocus(region(window, 'Conversation'));
    await capture(window, 'resumed');
  });

  it('shows its plan, which can be edited, and runs it as edited', async () => {
    on.play({ turns: [plan, { ...executor, ...hold }] });
    await ask(window, 'One test fails. Find out why and mend it.', 'auto');
    const card = region(window, 'Plan');
    await card.waitFor();
    await capture(window, 'plan-proposed');
    await card.getByRole('button', { name: 'Edit', exact: true }).click();
    await card.getByRole('textbox', { name: 'Title of step guard' }).fill('Test what an empty cart costs');
    await capture(window, 'plan-edited');
    await card.getByRole('button', { name: 'Accept', exact: true }).click();
    await card.getByText('0 of 2').waitFor();
    assert.match((await card.textContent()) ?? '', /Test what an empty cart costs/);
    await card.locator('summary').first().click();
    await capture(window, 'plan-accepted');
  });

  it('ends when its plan is rejected, and nothing was done', async () => {
    on.play({ turns: [plan] });
    await ask(window, 'One test fails. Find out why and mend it.', 'auto');
    const card = region(window, 'Plan');
    await card.getByRole('button', { name: 'Edit', exact: true }).click();
    await card.getByRole('button', { name: 'Remove step Add a test for an empty cart' }).click();
    await holdsFocus(card.getByRole('textbox', { name: 'Title of step mend' }));
    await card.getByRole('button', { name: 'Reject', exact: true }).click();
    await result(window).getByText('Cancelled', { exact: true }).waitFor();
    await capture(window, 'plan-rejected');
  });

  it('asks before it acts, saying what would happen, why it asks and how that went before', async () => {
    const command = 'rm -rf build && npm test > ../result.txt';
    await remember(on.home, window.folder, [
      { kind: 'episode', text: 'Built it.', at: '2026-11-20T10:00:00Z', trials: [pastBuild] },
    ]);
    const edit = { path: 'src/cart.js', edits: [{ old_text: 'sum + item.price', new_text: 'sum + 2 * item.price' }] };
    on.play({
      turns: [
        acts(call('read_file', { path: 'src/cart.js' })),
        acts(call('edit_file', edit)),
        acts(call('run_command', { command })),
        acts(call('write_file', { path: 'package.json', content: '{}' })),
        finish,
      ],
    });
    await ask(window, 'Change the cart, then build and test.', 'act');
    const approval = region(window, /^Approval/);
    await approval.getByText('src/cart.js').first().waitFor();
    await capture(window, 'approval-edit');
    await approval.getByRole('button', { name: 'Allow', exact: true }).click();
    await approval.getByText('rm -rf build', { exact: false }).first().waitFor();
    await approval.getByText('It failed here the last time, on 2026-11-20 with: Error: no test').waitFor();
    await capture(window, 'approval-command');
    await approval.getByRole('button', { name: 'Deny', exact: true }).click();
    await approval.getByText('package.json').first().waitFor();
    await capture(window, 'approval-always');
    const before = await readFile(path.join(window.folder, 'package.json'), 'utf8');
    await approval.getByRole('button', { name: 'Deny', exact: true }).click();
    await result(window).waitFor();
    assert.equal(await readFile(path.join(window.folder, 'package.json'), 'utf8'), before);
    assert.equal((await window.chat.getByText('denied', { exact: false }).count()) >= 2, true);
    await capture(window, 'approval-denied');
  });

  it('shows what a command writes while it runs, and what it came to', async () => {
    const lines =
      'for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "test $n of 12 passed in the corner shop of the long names"; done';
    on.play({
      turns: [acts(call('run_command', { command: `${lines}; sleep 60` })), hold],
    });
    await ask(window, 'Run the tests', 'act');
    await region(window, /^Approval/)
      .getByRole('button', { name: 'Allow', exact: true })
      .click();
    await region(window, 'Live output').getByText('test 12 of 12').waitFor();
    await capture(window, 'tool-running');
    await begin(window);
    on.play({
      turns: [
        acts(call('run_command', { command: 'node --test' }), call('read_file', { path: 'src/none.js' })),
        acts(call('read_file', { path: 'src/cart.js' }), call('search_text', { query: 'total' })),
        hold,
      ],
    });
    await ask(window, 'Run the tests and look around', 'act');
    await region(window, /^Approval/)
      .getByRole('button', { name: 'Allow', exact: true })
      .click();
    await window.chat.locator('.tool').nth(3).getByText('ms', { exact: false }).first().waitFor();
    await capture(window, 'tools-ended');
    const failed = window.chat.locator('.tool').filter({ hasText: 'none.js' });
    await failed.locator('summary').click();
    await failed.getByText('Arguments').waitFor();
    await failed.scrollIntoViewIfNeeded();
    await capture(window, 'tool-failed');
    const done = window.chat.locator('.tool').filter({ hasText: 'cart.js' }).first();
    await done.locator('summary').click();
    await done.getByText('Arguments').waitFor();
    await done.scrollIntoViewIfNeeded();
    await capture(window, 'tool-done');
  });

  it('asks a question and takes the answer back', async () => {
    const question =
      'Which currency shall the receipt name? The tests do not say, and the README mentions two of them.';
    const choices = ['Euro', 'Pound', 'Both, by the country of the customer'];
    on.play({
      turns: [
        acts(call('ask_user', { question, choices })),
        acts(call('ask_user', { question: 'And why?', choices: [] })),
        hold,
      ],
    });
    await ask(window, 'Name the currency', 'act');
    const card = region(window, 'Question').first();
    await card.waitFor();
    await capture(window, 'question');
    await card.getByRole('button', { name: 'Pound' }).click();
    const second = region(window, 'Question').nth(1);
    await second.getByRole('textbox', { name: 'Your answer' }).fill('Because of the Queen.');
    await second.getByRole('textbox', { name: 'Your answer' }).press('Enter');
    await second.getByText('Because of the Queen.').waitFor();
    await capture(window, 'question-answered');
    await until(async () => on.model.requests.at(-1)?.raw.includes('Because of the Queen.') ?? false);
  });

  it('is verified when the checks of its plan have passed', async () => {
    const mend = {
      path: 'src/cart.js',
      edits: [{ old_text: '2 * item.price', new_text: 'item.price * item.quantity' }],
    };
    const guard = {
      path: 'test/cart.test.js',
      edits: [
        {
          old_text: "test('the receipt",
          new_text:
            "test('an empty cart costs nothing', () => {\n  assert.equal(total([]), 0);\n});\n\ntest('the receipt",
        },
      ],
    };
    on.play({
      turns: [
        {
          ...planner,
          calls: [call('propose_plan', { steps: steps.map((step) => ({ ...step, check: 'node --test' })) })],
        },
        acts(call('read_file', { path: 'src/cart.js' })),
        acts(call('edit_file', mend)),
        finish,
        acts(call('read_file', { path: 'test/cart.test.js' })),
        acts(call('edit_file', guard)),
        finish,
      ],
    });
    await ask(window, 'One test fails. Find out why and mend it.', 'auto');
    await region(window, 'Plan').getByRole('button', { name: 'Accept', exact: true }).click();
    assert.equal(await allowAll(window), 'Done, and every check passed');
    await region(window, 'Plan').getByText('2 of 2').waitFor();
    await capture(window, 'verified');
  });

  it('answers a question without a plan', async () => {
    on.play({ turns: [{ ...planner, calls: [call('answer', { text: prose })] }] });
    await ask(window, 'Why was the total wrong?', 'ask');
    await result(window).getByText('Answered').waitFor();
    await capture(window, 'answered');
  });
});

describe('a task that cannot go on', () => {
  let on: Stage;
  let window: Window;
  before(async () => {
    on = await stage();
    window = await on.open('sample', { chatAlone: true });
  });
  after(() => window.close());
  afterEach(() => on.restore());

  it('has a wrong key: says so and offers to set it', async () => {
    await on.heed(window, { 'openmagus.models': { baseURL: on.model.url, model: 'scripted (no AI)', secret: 'shop' } });
    on.play({ turns: [{ status: 401, body: { error: { message: 'Incorrect API key provided: sk-wrong.' } } }] });
    await ask(window, 'Mend the total', 'act');
    await result(window).getByRole('button', { name: 'Set Key' }).waitFor();
    await capture(window, 'failed-key');
    await result(window).getByRole('button', { name: 'Set Key' }).click();
    await window.page
      .locator('.quick-input-widget')
      .getByText('API key of the model endpoint', { exact: false })
      .first()
      .waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('finds the endpoint down: says where it looked, and goes on when it is up', async () => {
    await on.heed(window, { 'openmagus.models': { baseURL: 'http://127.0.0.1:9/v1', model: 'scripted (no AI)' } });
    await ask(window, 'Mend the total', 'act');
    await result(window).getByText('127.0.0.1:9', { exact: false }).first().waitFor();
    await capture(window, 'failed-endpoint');
    await on.heed(window, { 'openmagus.models': { baseURL: on.model.url, model: 'scripted (no AI)' } });
    on.play({
      turns: [{ ...executor, calls: [call('finish_step', { summary: 'It was mended already.', evidence: '' })] }],
    });
    await result(window).getByRole('button', { name: 'Retry' }).click();
    await window.chat.getByText('Done; nothing could be checked').waitFor();
    await capture(window, 'failed-then-done');
  });

  it('reaches its limit: says which, and that it can be raised', async () => {
    await on.heed(window, { 'openmagus.limits.turns': 1 });
    on.play({ turns: [acts(call('list_files', {})), finish] });
    await ask(window, 'Look around', 'act');
    await result(window).getByText('Stopped at a limit').waitFor();
    await capture(window, 'limit-reached');
    await on.heed(window, { 'openmagus.limits.turns': 50 });
    await result(window).getByRole('button', { name: 'Resume' }).click();
    await window.chat.getByText('Done; nothing could be checked').waitFor();
  });

  it('was cut off with its window: says so and goes on', async () => {
    on.play({ turns: [hold] });
    const before = on.model.requests.length;
    await ask(window, 'Wait for me', 'act');
    await button(window, 'Cancel').waitFor();
    await until(() => on.model.requests.length > before);
    const holder = holderOf(on.home);
    await window.reload();
    // VS Code ends the program behind a window by a word that may get lost; it would go on with the task for minutes.
    endNow(holder);
    await region(window, 'History').getByText('Wait for me').click();
    await region(window, 'Task stopped').waitFor();
    await capture(window, 'stopped');
    on.play({ turns: [finish] });
    await button(window, 'Resume').click();
    await window.chat.getByText('Done; nothing could be checked').waitFor();
  });
});

/** The process that works on the one task that is worked on. */
function holderOf(home: string): number {
  const database = new DatabaseSync(path.join(home, 'openmagus.db'), { readOnly: true });
  try {
    return Number(database.prepare('SELECT pid FROM lease').get()?.['pid']);
  } finally {
    database.close();
  }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
