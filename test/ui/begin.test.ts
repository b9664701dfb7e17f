import assert from 'node:assert/strict';
import { capture } from './capture.ts';
import { ask, begin, button, goal, hold, holdsFocus, region } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC';

describe('where a task begins', () => {
  let on: Stage;
  let window: Window;
  before(async () => {
    on = await stage();
    window = await on.open('sample', { chatAlone: true });
  });
  after(() => window.close());
  afterEach(() => on.restore());

  it('says what is missing while no model is configured, and opens the settings', async () => {
    await on.change({ 'openmagus.models': undefined });
    await region(window, 'Configure a model').waitFor();
    await capture(window, 'empty-no-model');
    await goal(window).fill('Anything');
    await goal(window).press('Enter');
    const failure = region(window, 'Failure');
    await failure.waitFor();
    assert.match((await failure.textContent()) ?? '', /No model is configured/);
    await capture(window, 'refused-no-model');
    assert.equal(await goal(window).inputValue(), 'Anything', 'the goal is not lost');
    await failure.getByRole('button', { name: 'Dismiss' }).click();
    await failure.waitFor({ state: 'detached' });
    await holdsFocus(goal(window));
    await goal(window).fill('');
  });

  it('is quiet when all is there', async () => {
    await begin(window);
    await region(window, 'Configure a model').waitFor({ state: 'detached' });
    await capture(window, 'empty');
  });

  it('completes mentions and shows pasted images', async () => {
    on.play({ turns: [hold] });
    const sent = on.model.requests.length;
    await goal(window).click();
    await window.page.keyboard.type('Mend the total in @cart');
    const options = window.chat.getByRole('option');
    await options.first().waitFor();
    await capture(window, 'composing-mention');
    await goal(window).press('ArrowDown');
    await goal(window).press('ArrowUp');
    await goal(window).press('Enter');
    assert.match(await goal(window).inputValue(), /^Mend the total in @src\/cart\.js $/);
    await pasteImage(window);
    await window.chat.getByRole('img', { name: 'screenshot.png' }).waitFor();
    await capture(window, 'composing-image');
    await goal(window).press('Enter');
    await button(window, 'Cancel').waitFor();
    const you = region(window, 'You');
    assert.match((await you.textContent()) ?? '', /With src\/cart\.js, screenshot\.png/);
    const request = await sentAfter(on, sent);
    assert.match(request, /export function total/, 'the file is read for the model');
    assert.match(request, /data:image\/png;base64/, 'the image goes along');
    await begin(window);
  });

  it('refuses a picture that no model can read, and says so', async () => {
    await pasteImage(window, 'image/tiff');
    await region(window, 'Failure')
      .getByText(/Only PNG, JPEG, GIF and WebP/)
      .waitFor();
    await region(window, 'Failure').getByRole('button', { name: 'Dismiss' }).click();
  });

  it('takes a picture out again, and the focus stays', async () => {
    await pasteImage(window);
    await button(window, 'Remove screenshot.png').click();
    await holdsFocus(goal(window));
    assert.equal(await window.chat.getByRole('img', { name: 'screenshot.png' }).count(), 0);
  });

  it('takes a goal of bounded length, and says in words what is too long', async () => {
    await goal(window).click();
    await window.page.keyboard.insertText('x'.repeat(200_100));
    assert.equal((await goal(window).inputValue()).length, 200_000);
    // As something that is no person could write into the field.
    await goal(window).evaluate((field) => {
      (field as HTMLTextAreaElement).value = 'x'.repeat(250_000);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await goal(window).press('Enter');
    const failure = region(window, 'Failure');
    await failure.getByText(/^This cannot be taken: goal: must be at most 200000 characters long\./).waitFor();
    await failure.getByRole('button', { name: 'Dismiss' }).click();
    await goal(window).fill('');
  });

  it('lists the tasks so far and finds one by its words', async () => {
    for (const words of [
      'Rename the till to checkout everywhere it is mentioned, in code and in tests',
      'Explain the cart',
    ]) {
      on.play({ turns: [{ calls: [{ name: 'answer', args: { text: 'Done.' } }] }] });
      await ask(window, words);
      await region(window, 'Result').waitFor();
    }
    await begin(window);
    const rows = region(window, 'History').getByRole('listitem');
    assert.ok((await rows.count()) >= 3);
    await capture(window, 'history');
    await window.chat.getByRole('searchbox', { name: 'Search the history' }).fill('till');
    await rows.filter({ hasText: 'Explain' }).waitFor({ state: 'detached' });
    assert.equal(await rows.count(), 1);
    await capture(window, 'history-search');
    await window.chat.getByRole('searchbox', { name: 'Search the history' }).fill('nowhere to be found');
    await region(window, 'History').getByText('Nothing found.').waitFor();
    await window.chat.getByRole('searchbox', { name: 'Search the history' }).fill('Explain');
    await rows.getByRole('button').first().click();
    await region(window, 'Result').waitFor();
    await begin(window);
  });
});

describe('a window that lacks something', () => {
  let on: Stage;
  before(async () => {
    on = await stage();
  });
  afterEach(() => on.restore());

  it('has no folder: says so and offers to open one', async () => {
    const window = await on.open(undefined, { chatAlone: true });
    await region(window, 'No folder is open').waitFor();
    await capture(window, 'empty-no-folder');
    await window.close();
  });

  it('is in Restricted Mode: says what that means and only asks', async () => {
    await on.change({ 'security.workspace.trust.enabled': true });
    const window = await on.open('sample', { chatAlone: true });
    await region(window, 'Restricted Mode').waitFor();
    const mode = window.chat.getByRole('combobox', { name: 'Mode' });
    assert.ok(await mode.isDisabled());
    await capture(window, 'restricted');
    await window.close();
  });
});

/** What the model was sent last, once it is more than this many requests. */
async function sentAfter(on: Stage, count: number): Promise<string> {
  const deadline = Date.now() + 10_000;
  while (on.model.requests.length <= count && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
  return on.model.requests.at(-1)?.raw ?? '';
}

async function pasteImage(window: Window, type = 'image/png'): Promise<void> {
  await goal(window).evaluate(
    (field, [content, kind]) => {
      const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'screenshot.png', { type: kind }));
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [pixel, type] as const,
  );
}
