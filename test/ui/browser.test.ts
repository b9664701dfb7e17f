import assert from 'node:assert/strict';
import { page, type Site, startSite } from '../integration/browser/site.ts';
import { browserProgram } from '../support/browser.ts';
import { capture, publish } from './capture.ts';
import { acts, ask } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const browse = (tool: string, input: unknown) => acts('use_tool', { tool, input });

describe('a page that a task looks at', () => {
  let on: Stage;
  let window: Window;
  let site: Site;
  before(async () => {
    on = await stage();
    site = await startSite(() =>
      page(
        'Tea shop',
        '<style>body { font: 44px sans-serif; margin: 60px 90px } button { font: inherit }</style><h1>Order tea</h1><p>Green, black or white.</p><button>Order</button>',
      ),
    );
    await on.change({ 'openmagus.allowedHosts': ['127.0.0.1'], 'openmagus.browser.path': await browserProgram() });
    window = await on.open('bare', { chatAlone: true });
  });
  after(async () => {
    await on.restore();
    await window.close();
    await site.close();
  });

  it('is shown in the chat as the task saw it', async () => {
    on.play({
      turns: [
        browse('browser_open', { url: site.url }),
        browse('browser_screenshot', {}),
        acts('finish_step', { summary: 'The shop is open.', evidence: '' }),
      ],
    });
    await ask(window, 'Does the shop open?', 'act');
    const { chat } = window;
    await chat.getByText('The shop is open.', { exact: true }).waitFor();
    const picture = chat.locator('.pictures img');
    assert.equal(await picture.count(), 1);
    assert.ok(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0));
    await capture(window, 'browser');
    await publish('browser.light', 'browser');
  });
});
