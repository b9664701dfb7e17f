import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalServer, startLocalServer } from '../../support/local-server.ts';
import { askRouter, routerOf } from '../../support/router-rig.ts';
import { streamFrames } from '../../support/scripted-model.ts';

const never = new AbortController().signal;

describe('a LiteLLM proxy that is configured as any compatible server', () => {
  let proxy: LocalServer;
  let status: number | undefined;

  before(async () => {
    proxy = await startLocalServer('litellm', () => ({ text: 'Hello.', ...(status ? { status } : {}) }));
  });
  after(() => proxy.close());

  for (const path of ['/v1', '', '/behind/a/path/v1'])
    it(`is recognised at “${path}”, with its limits, prices and fallbacks`, async () => {
      status = undefined;
      const router = routerOf({ baseURL: proxy.url + path, model: 'small' });
      const deployment = () => router.desk.groups()[0]?.members[0];
      assert.equal(deployment()?.kind, 'openai');
      if (path !== '') assert.equal((await askRouter(router)).reply.text, 'Hello.');
      else await router.desk.test('model/small', never).catch(() => undefined);
      for (let waits = 0; deployment()?.kind !== 'litellm' && waits < 400; waits += 1) await sleep(5);
      assert.equal(deployment()?.kind, 'litellm');
      assert.deepEqual([deployment()?.contextTokens, deployment()?.price], [16_000, { input: 2, output: 2 }]);
      if (path === '') return;
      // It has fallbacks of its own: ours try no more than once again, where any other server would be asked three times.
      status = 500;
      const asked = chats(proxy);
      await assert.rejects(askRouter(router));
      assert.equal(chats(proxy) - asked, 2);
    });

  it('is named by the list of endpoints, with what it tells of its models', async () => {
    const [endpoint] = await routerOf({ baseURL: `${proxy.url}/v1`, model: 'small' }).desk.endpoints(never);
    assert.deepEqual([endpoint?.kind, endpoint?.recognised], ['openai', 'litellm']);
    assert.equal(endpoint?.models.find(({ name }) => name === 'small')?.contextTokens, 16_000);
  });
});

describe('looking what kind of server it is', () => {
  let server: Server;
  let url: string;
  let onProbe: (response: ServerResponse) => void;
  let onChat: () => unknown = () => undefined;
  const keys: (string | undefined)[] = [];

  before(async () => {
    server = createServer((incoming, response) => {
      if (incoming.method === 'GET') return onProbe(response);
      onChat();
      incoming.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const frame of streamFrames('m', { text: 'Hello.' }, () => 'id')) response.write(frame);
        response.end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('holds up no request: it is sent while nothing has answered the probe, and nothing has given up on it', async () => {
    let over = 0;
    let overBefore: number | undefined;
    onProbe = (response) => void response.on('close', () => (over += 1));
    onChat = () => (overBefore = over);
    const { reply } = await askRouter(routerOf({ baseURL: url, model: 'm' }));
    onChat = () => undefined;
    assert.equal(reply.text, 'Hello.');
    assert.equal(overBefore, 0);
  });

  it('gives no key to another host', async () => {
    const thief = createServer((incoming, response) => {
      keys.push(incoming.headers.authorization);
      response.end('{}');
    });
    thief.listen(0, '127.0.0.1');
    await once(thief, 'listening');
    const { port } = thief.address() as AddressInfo;
    let probes = 0;
    onProbe = (response) => {
      probes += 1;
      response.writeHead(302, { location: `http://127.0.0.1:${port}/health/liveliness` }).end();
    };
    const router = routerOf({ baseURL: url, model: 'm' }, { keys: { model: 'sk-secret' } });
    await askRouter(router);
    const [endpoint] = await router.desk.endpoints(never);
    thief.close();
    assert.ok(probes >= 2);
    assert.deepEqual(keys, []);
    assert.equal(endpoint?.recognised, undefined);
  });

  it('leaves a kind that is configured alone', async () => {
    let probed = false;
    onProbe = (response) => {
      probed = true;
      response.end('"I\'m alive!"');
    };
    const router = routerOf({ kind: 'vllm', baseURL: url, model: 'm' });
    await askRouter(router);
    assert.equal(router.desk.groups()[0]?.members[0]?.kind, 'vllm');
    assert.ok(probed);
  });
});

function chats(server: LocalServer): number {
  return server.requests.filter(({ route }) => route.endsWith('/chat/completions')).length;
}
