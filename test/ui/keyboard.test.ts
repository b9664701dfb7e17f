import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../support/until.ts';
import { acts, goal, region, result } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const steps = [{ id: 'one', title: 'Write the note', instructions: 'Write note.txt.', writes: ['note.txt'] }];

describe('by keyboard alone', () => {
  let on: Stage;
  let window: Window;
  before(async () => {
    on = await stage();
    window = await on.open('sample');
  });
  after(() => window.close());

  it('runs a whole task: opened, typed, planned, allowed, asked, ended', async () => {
    on.play({
      turns: [
        {
          when: { tool: 'propose_plan' },
          text: 'One step will do.',
          calls: [{ name: 'propose_plan', args: { steps } }],
        },
        acts('write_file', { path: 'note.txt', content: 'By hand.\n' }),
        acts('ask_user', { question: 'Is one note enough?', choices: ['Yes', 'No'] }),
        acts('finish_step', { summary: 'The note is written.', evidence: '' }),
      ],
    });
    const { keyboard } = window.page;
    await keyboard.press('F1');
    await window.page.locator('.quick-input-widget:visible input').first().waitFor();
    await keyboard.type('OpenMagus: New Task');
    await window.page.locator('.quick-input-list .label-name', { hasText: 'New Task' }).first().waitFor();
    await keyboard.press('Enter');
    await focusOn('Goal');
    await keyboard.type('Write a note in @cart');
    await window.chat.getByRole('option').first().waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Tab');
    assert.match(await goal(window).inputValue(), /@test\/cart\.test\.js $/);
    await keyboard.type('style');
    await keyboard.press('Enter');
    await focusOn('Plan');
    assert.deepEqual(await tabs(4), ['Write the note', 'Accept', 'Edit', 'Reject']);
    await keyboard.press('Shift+Tab');
    await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await focusOn(/^Approval/);
    assert.deepEqual((await tabs(3)).slice(1), ['Allow', 'Deny']);
    await keyboard.press('Shift+Tab');
    await keyboard.press('Space');
    await focusOn('Question');
    assert.deepEqual(await tabs(2), ['Yes', 'No']);
    await keyboard.press('Tab');
    await keyboard.type('Yes, one is enough.');
    await keyboard.press('Enter');
    await result(window).waitFor();
    assert.equal(await readFile(path.join(window.folder, 'note.txt'), 'utf8'), 'By hand.\n');
    assert.match(on.model.requests.at(-1)?.raw ?? '', /Yes, one is enough\./);
  });

  it('said in a log what a screen reader has to tell', async () => {
    const log = window.chat.getByRole('log', { name: 'Announcements' });
    const said = (await log.textContent()) ?? '';
    for (const words of [
      /One step will do\./,
      /A plan of 1 step is proposed\./,
      /asks for approval: Write note\.txt/,
      /asks: Is one note enough\?/,
      /The task ended unverified\./,
    ])
      assert.match(said, words);
  });

  it('goes through what can be focused in the order it is seen', async () => {
    await window.chat.getByRole('button', { name: 'Back to all tasks' }).focus();
    const order = await tabs(12);
    const places = ['Review Changes', 'Export as Markdown', 'Conversation', 'Write the note', 'Goal'].map((name) =>
      order.indexOf(name),
    );
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      order.join(' > '),
    );
    assert.ok(!places.includes(-1), order.join(' > '));
  });

  it('cancels a task and goes back to the page where one begins', async () => {
    on.play({ turns: [acts('run_command', { command: 'touch ran.txt; sleep 60' })] });
    const { keyboard } = window.page;
    await goal(window).focus();
    assert.equal((await tabs(2)).at(-1), 'Mode');
    await keyboard.type('Act');
    await keyboard.press('Shift+Tab');
    await keyboard.press('Shift+Tab');
    await keyboard.type('Run it');
    await keyboard.press('Enter');
    await focusOn(/^Approval/);
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await until(async () => existsSync(path.join(window.folder, 'ran.txt')));
    while ((await focused()) !== 'Cancel') await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await result(window).getByText('Cancelled', { exact: true }).waitFor();
    while ((await focused()) !== 'Back to all tasks') await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await region(window, 'History').waitFor();
    await focusOn('Goal');
  });

  /** The label or the words of what has the focus in the chat. */
  function focused(): Promise<string> {
    return window.chat.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return '';
      return (
        element.getAttribute('aria-label') ?? element.querySelector('.title')?.textContent ?? element.textContent ?? ''
      );
    });
  }

  async function focusOn(name: string | RegExp): Promise<void> {
    await until(async () => {
      const now = await focused();
      return typeof name === 'string' ? now === name : name.test(now);
    });
  }

  async function tabs(count: number): Promise<readonly string[]> {
    const passed: string[] = [];
    for (let index = 0; index < count; index += 1) {
      await window.page.keyboard.press('Tab');
      passed.push(await focused());
    }
    return passed;
  }
});
