import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { filesHolding } from '../services/test-server.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { until } from '../support/until.ts';
import { type Stage, stage, type Window } from './stage.ts';

const key = 'sk-typed-by-the-person-0815';

describe('the models of a person', () => {
  let on: Stage;
  let window: Window;
  let proxy: LocalServer;
  let own: LocalServer;
  before(async () => {
    on = await stage();
    proxy = await startLocalServer('litellm', () => ({ text: 'ready' }));
    own = await startLocalServer('lmstudio', () => ({ text: 'ready' }));
    window = await on.open('bare');
    await on.heed(window, { 'openmagus.models': undefined });
  });
  after(async () => {
    await on.restore();
    await window.close();
    await proxy.close();
    await own.close();
  });

  it('a server is added by its address alone: recognised, its key kept, a model picked for a role and tested', async () => {
    await window.runCommand('OpenMagus: Manage Models');
    await pick('Add a model…');
    await pick('OpenAI-compatible server or provider');
    await type('Address of the server', `${proxy.url}/v1`);
    await pick('LiteLLM proxy', 'what the server says it is');
    assert.ok(proxy.requests.length > 0);
    assert.ok(
      proxy.requests.every(({ key: sent }) => sent === undefined),
      'nothing was sent along before there was a key',
    );
    await type('API key', key);
    await pick('large', '64k tokens');
    await pick('Primary', 'plans and acts');
    await said(/litellm\/large answered in \d+ ms/);
    const chat = proxy.requests.findLast(({ route }) => route === 'POST /v1/chat/completions');
    assert.deepEqual([chat?.key, chat?.body['model']], [`Bearer ${key}`, 'large']);
    assert.deepEqual(await configured(), {
      endpoints: { litellm: { kind: 'litellm', baseURL: `${proxy.url}/v1`, secret: 'litellm' } },
      groups: { main: [{ endpoint: 'litellm', model: 'large', order: 1 }] },
      routing: { primary: 'main' },
    });
    assert.equal(filesHolding(on.server.folder, key), '', 'the key is in no file');
    assert.equal(filesHolding(on.home, key), '');
  });

  it('another one is added for summaries, without a key', async () => {
    await window.runCommand('OpenMagus: Manage Models');
    await pick('Add a model…');
    await pick('LM Studio');
    await type('Address of the server', own.url);
    await pick('small', 'loaded');
    await pick('Secondary', 'summaries and advice');
    await said(/lmstudio\/small answered in \d+ ms/);
    const { routing, groups } = (await configured()) as { routing: unknown; groups: Record<string, unknown> };
    assert.deepEqual(routing, { primary: 'main', secondary: 'secondary' });
    assert.deepEqual(groups['secondary'], [{ endpoint: 'lmstudio', model: 'small' }]);
  });

  it('are seen with what their server has in memory, and are loaded and unloaded there', async () => {
    await window.runCommand('OpenMagus: Focus on Models View');
    // The chat above it would leave the view no room.
    await window.page.locator('.pane-header', { hasText: 'Chat' }).click();
    await row('litellm/large').waitFor();
    await row('Models of lmstudio').waitFor();
    const small = row('small', 'loaded · 18.0 GB · 16k tokens');
    await small.waitFor();
    await press(small, 'Unload Model from Memory', () => !own.loaded.has('small'));
    const large = row('large', 'not loaded · 18.0 GB');
    await row('small', 'not loaded').waitFor();
    await press(large, 'Load Model into Memory', () => own.loaded.has('large'));
    await row('large', 'loaded · 18.0 GB · 16k tokens').waitFor();
  });

  it('is tested and taken out again', async () => {
    await window.runCommand('OpenMagus: Manage Models');
    await pick('lmstudio/small');
    await pick('Test', 'asks for one word');
    await until(async () => own.requests.filter(({ route }) => route === 'POST /v1/chat/completions').length === 2);
    await window.runCommand('OpenMagus: Manage Models');
    await pick('lmstudio/small');
    await pick('Remove from the configuration');
    await until(async () => !JSON.stringify(await configured()).includes('lmstudio'));
    assert.deepEqual(((await configured()) as { routing: unknown }).routing, { primary: 'main' });
  });

  /** A row of the list that is open. */
  async function pick(label: string, description = ''): Promise<void> {
    const rows = window.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
    await rows.filter({ hasText: label }).filter({ hasText: description }).first().click();
  }

  async function type(prompt: string, text: string): Promise<void> {
    const box = window.page.locator('.quick-input-widget:visible').filter({ hasText: prompt });
    await box.locator('.quick-input-box input').fill(text);
    await window.page.keyboard.press('Enter');
  }

  function row(label: string, description = ''): Locator {
    return window.page
      .locator('.pane-body .monaco-list-row')
      .filter({ has: window.page.locator('.label-name', { hasText: new RegExp(`^${label}$`) }) })
      .filter({ hasText: description })
      .first();
  }

  /** The view draws its rows anew when there is news, and a click on one that goes at this moment is lost. */
  async function press(node: Locator, action: string, done: () => boolean): Promise<void> {
    const soon = { timeout: 2000 };
    await until(async () => {
      if (done()) return true;
      // What is said of the last button may lie over this row.
      await window.page.mouse.move(640, 400);
      await node.hover(soon).catch(() => undefined);
      await node
        .getByRole('button', { name: action })
        .click(soon)
        .catch(() => undefined);
      await until(async () => done(), soon.timeout).catch(() => undefined);
      return done();
    }, 30_000);
  }

  async function said(words: RegExp): Promise<void> {
    let texts: readonly string[] = [];
    const there = async (): Promise<boolean> => {
      texts = await window.notifications();
      return texts.some((text) => words.test(text));
    };
    await until(there, 30_000).catch(() => assert.match(texts.join('\n'), words));
  }

  /** Read again where VS Code is writing it at this moment. */
  async function configured(): Promise<unknown> {
    const file = path.join(on.server.folder, 'user', 'Machine', 'settings.json');
    let settings: Record<string, unknown> = {};
    const read = async (): Promise<boolean> => {
      settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
      return true;
    };
    await until(() => read().catch(() => false));
    return settings['openmagus.models'];
  }
});
