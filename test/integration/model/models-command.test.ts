import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LocalServer, startLocalServer } from '../../support/local-server.ts';

const cli = path.join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.js');

describe('openmagus models', () => {
  let folder: string;
  let server: LocalServer;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'magus-models-'));
    server = await startLocalServer('lmstudio', () => ({ text: 'ready' }));
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const openmagus = (...words: readonly string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const env = { ...process.env, OPENMAGUS_HOME: folder, OPENMAGUS_DISCOVERY: 'off', EMPTY_KEY: '' };
      execFile(process.execPath, [cli, ...words], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const configure = (more: object = {}) =>
    writeFile(
      path.join(folder, 'models.json'),
      JSON.stringify({
        endpoints: { studio: { kind: 'lmstudio', baseURL: server.url } },
        groups: { main: [{ endpoint: 'studio', model: 'small', context: 8192 }] },
        routing: { primary: 'main' },
        ...more,
      }),
    );

  it('without a configuration says how to name one', async () => {
    const { code, err } = await openmagus('models', 'list');
    assert.equal(code, 2);
    assert.match(err, /No model is configured.*--config FILE/);
  });

  it('lists groups and what the endpoints have', async () => {
    await configure();
    const { code, out } = await openmagus('models', 'list');
    assert.equal(code, 0);
    assert.match(out, /main \(primary\)\n {2}studio\/small: order 1 · 8192 tokens · \$0 in/);
    assert.match(out, /✓ studio \(lmstudio, .*\n {2}small: loaded · 18\.0 GB · 16384 tokens\n {2}large: not loaded/);
    const { endpoints } = JSON.parse((await openmagus('models', 'list', '--json')).out) as { endpoints: unknown[] };
    assert.equal(endpoints.length, 1);
  });

  it('unloads, loads and tests', async () => {
    await configure();
    assert.equal((await openmagus('models', 'unload', 'studio/small')).code, 0);
    assert.ok(!server.loaded.has('small'));
    assert.match((await openmagus('models', 'load', 'studio/small')).out, /Loading small\nstudio\/small is loaded\./);
    assert.ok(server.loaded.has('small'));
    assert.match((await openmagus('models', 'test')).out, /✓ studio\/small answered in \d+ ms/);
    const wrong = await openmagus('models', 'load', 'elsewhere/none');
    assert.deepEqual([wrong.code, /There are: studio\/small/.test(wrong.err)], [2, true]);
  });

  it('says what kind of server an endpoint turned out to be', async () => {
    const any = { kind: 'openai', baseURL: `${server.url}/v1` };
    await configure({ endpoints: { any }, groups: { main: [{ endpoint: 'any', model: 'small' }] } });
    const words = /recognised as LM Studio; with "kind": "lmstudio" its own interface is used/;
    assert.match((await openmagus('doctor')).out, words);
    assert.match((await openmagus('models', 'list')).out, words);
  });

  it('tells a deployment that fails, and an endpoint that is not there', async () => {
    await configure({ groups: { main: [{ endpoint: 'studio', model: 'gone' }] } });
    const tested = await openmagus('models', 'test');
    assert.deepEqual([tested.code, /✗ studio\/gone: .*does not offer/.test(tested.out)], [1, true]);
    assert.match((await openmagus('doctor')).out, /✗ studio\/gone: its endpoint does not list that model/);
    await configure({ endpoints: { studio: { kind: 'lmstudio', baseURL: 'http://127.0.0.1:9' } } });
    const listed = await openmagus('models', 'list');
    assert.deepEqual([listed.code, /✗ studio.*\n.*could not be reached/.test(listed.out)], [1, true]);
  });

  it('refuses a wrong configuration with every fault', async () => {
    await configure({ routing: { primary: 'none', fallbacks: { main: ['main'] } } });
    const { code, err } = await openmagus('models', 'list');
    assert.equal(code, 2);
    assert.match(
      err,
      /models\.json is not right:\n- routing\.primary: "none" is not under groups.*\n- routing\.fallbacks: goes round/,
    );
    await configure({ endpoints: { studio: { kind: 'lmstudio', baseURL: server.url, apiKeyEnv: 'EMPTY_KEY' } } });
    assert.match((await openmagus('models', 'list')).err, /environment variable EMPTY_KEY is empty/);
  });
});
