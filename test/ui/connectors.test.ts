import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { projectFolder } from '../support/extension-package.ts';
import { type ShopServer, startShop } from '../support/shop-server.ts';
import { until } from '../support/until.ts';
import { capture, ofPanel, publish } from './capture.ts';
import { type Stage, stage, type Window } from './stage.ts';

const key = 'sk-of-the-shop-4711';

describe('the connectors of a person', () => {
  let on: Stage;
  let window: Window;
  let panel: Frame;
  let shop: ShopServer;
  let notes: string;
  const button = (name: string) => panel.getByRole('button', { name, exact: true });
  const card = (name: string) => panel.getByRole('article', { name, exact: true });
  const dialog = () => window.page.locator('.monaco-dialog-box');
  const noted = (): string => {
    try {
      return readFileSync(notes, 'utf8');
    } catch {
      return '';
    }
  };
  before(async () => {
    on = await stage();
    shop = await startShop();
    window = await on.open('bare');
    notes = path.join(window.folder, '..', 'notes');
    panel = await window.openPanel('OpenMagus: Open Connectors');
    await window.runCommand('View: Hide Secondary Side Bar');
    await window.runCommand('View: Close Primary Side Bar');
    await window.page.setViewportSize({ width: 1000, height: 800 });
  });
  after(async () => {
    await on.restore();
    await window.close();
    await shop.close();
  });

  it('are none at first, and the page says where they are named', async () => {
    await panel.getByText('No connector is configured.').waitFor();
    await capture(window, 'connectors-empty', ofPanel(panel));
  });

  it('are listed as they are configured; nothing is started or fetched by looking', async () => {
    const server = path.join(projectFolder, 'test', 'support', 'mcp-server.ts');
    await program('sums-server', `exec "${process.execPath}" "${server}" "$@"`);
    await program('charts-server', 'echo "No licence was found for this server." >&2; exit 3');
    await program('slow-server', 'exec sleep 600');
    await on.change({
      'openmagus.mcpServers': {
        sums: { command: 'sums-server', args: ['../notes'], env: { TOKEN: `\${${'input:sums-token'}}` } },
        charts: { command: 'charts-server', args: ['--colours', '12'] },
        slow: { command: 'slow-server' },
        wrong: { command: 7 },
      },
      'openmagus.apis': {
        shop: { spec: `${shop.url}/openapi.json`, baseURL: `${shop.url}/v1`, auth: { kind: 'bearer', secret: 'shop' } },
      },
    });
    await card('shop').waitFor();
    for (const name of ['sums', 'charts', 'slow'])
      assert.match((await card(name).textContent()) ?? '', /not trusted/, name);
    assert.match((await card('shop').textContent()) ?? '', /shop for 127\.0\.0\.1:\d+: not set/);
    await panel.getByText('the server wrong is not right').waitFor();
    assert.deepEqual([noted(), shop.requests.length], ['', 0]);
  });

  it('get their keys here, which are shown nowhere', async () => {
    for (const name of ['shop', 'sums-token']) {
      await button(`Set Key ${name}`).click();
      const box = window.page.locator('.quick-input-widget:visible').filter({ hasText: `The key ${name}` });
      await box.locator('.quick-input-box input').fill(key);
      await window.page.keyboard.press('Enter');
      await panel.getByText(`${name} for`).filter({ hasText: ': set' }).waitFor();
    }
    assert.ok(!(await panel.content()).includes(key));
  });

  it('are tested: a document is fetched, and no operation called', async () => {
    await button('Test shop').click();
    await card('shop')
      .getByText(/^\d+ operations$/)
      .waitFor();
    assert.deepEqual(
      shop.requests.map(({ route, headers }) => [route, headers.authorization]),
      [['GET /openapi.json', undefined]],
    );
  });

  it('are trusted after a dialog that shows the whole command line, then started, and their tools counted', async () => {
    await button('Trust and Test sums').click();
    await dialog().getByText('Trust the MCP server sums?').waitFor();
    assert.match((await dialog().textContent()) ?? '', /sums-server \.\.\/notes/);
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await button('Trust and Test sums').waitFor();
    assert.equal(noted(), '', 'not started after a no');
    await button('Trust and Test sums').click();
    await dialog().getByRole('button', { name: 'Trust and Start', exact: true }).click();
    await card('sums').getByText('running').waitFor();
    await card('sums')
      .getByText(/^\d+ tools$/)
      .waitFor();
    assert.doesNotMatch(noted(), /call/, 'no tool was called');
  });

  it('say what went wrong, also while another one is still being tested, which can be cancelled', async () => {
    await button('Trust and Test charts').click();
    await dialog().getByRole('button', { name: 'Trust and Start', exact: true }).click();
    await card('charts').getByText('No licence was found').waitFor();
    await button('Trust and Test slow').click();
    await dialog().getByRole('button', { name: 'Trust and Start', exact: true }).click();
    await button('Cancel the test of slow').waitFor();
    await capture(window, 'connectors', ofPanel(panel));
    await publish('connectors.light', 'connectors');
    await button('Cancel the test of slow').click();
    await card('slow').getByText('not trusted', { exact: true }).waitFor();
  });

  it('are no longer trusted when the person says so: the server ends', async () => {
    await button('Stop Trusting sums').click();
    await button('Trust and Test sums').waitFor();
    await until(async () => /not trusted yet/.test((await card('sums').textContent()) ?? ''));
  });

  /** A command that the servers are named by. */
  async function program(name: string, script: string): Promise<void> {
    await mkdir(on.programs, { recursive: true });
    await writeFile(path.join(on.programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
});
