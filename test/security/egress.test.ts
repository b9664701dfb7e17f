import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebClientOptions, webClient } from '../../src/adapters/net/web-client.ts';
import { sealAuthorized } from '../../src/core/security/authorized.ts';
import type { Lookup } from '../../src/core/security/guarded-lookup.ts';
import type { WebAnswer, WebRequest } from '../../src/core/web-port.ts';
import type { Effect } from '../../src/protocol/effects.ts';

const never = new AbortController().signal;
const servers: Server[] = [];

async function listening(listener: RequestListener, host = '127.0.0.1', port = 0): Promise<number> {
  const server = createServer(listener).listen(port, host);
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function ask(
  address: string,
  options: Partial<WebClientOptions> = {},
  more: Partial<Pick<WebRequest, 'secret' | 'method' | 'headers' | 'body' | 'maxBytes'>> = {},
): Promise<WebAnswer> {
  const url = new URL(address);
  const effects: Effect[] = [{ verb: 'connect', object: url.href, zone: 'outside' }];
  if (more.secret !== undefined) effects.push({ verb: 'read', object: `secret ${more.secret}`, zone: 'own' });
  const client = webClient({
    listed: () => [],
    secretOf: async () => 'the-key',
    hostOfSecret: () => undefined,
    ...options,
  });
  const request = { url, method: 'GET', headers: {}, maxBytes: 1000, timeoutMs: 5000, ...more };
  return client.request(sealAuthorized(effects, 'h'), request, never);
}

/** Answers each name with the next of the addresses. */
function names(...answers: readonly string[]): Lookup {
  let index = 0;
  return (_host, _options, answer) => {
    const address = answers[index % answers.length] ?? '';
    index += 1;
    answer(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
  };
}

describe('the way out', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  it('is only to what was decided', async () => {
    const client = webClient({ listed: () => [], secretOf: async () => undefined, hostOfSecret: () => undefined });
    const decided = sealAuthorized([{ verb: 'connect', object: 'https://example.com/', zone: 'outside' }], 'h');
    const request = { url: new URL('https://example.org/'), method: 'GET', headers: {}, maxBytes: 1, timeoutMs: 1000 };
    await assert.rejects(client.request(decided, request, never), { code: 'UNDECIDED' });
    const withSecret = { ...request, url: new URL('https://example.com/'), secret: 'other' };
    await assert.rejects(client.request(decided, withSecret, never), { code: 'UNDECIDED' });
  });

  it('never leads inside, whatever a name is said to be at the moment it is asked for', async () => {
    let reached = 0;
    const port = await listening((_request, response) => {
      reached += 1;
      response.end();
    });
    const inside = [
      '127.0.0.1',
      '::1',
      '::ffff:127.0.0.1',
      '0.0.0.0',
      '64:ff9b::7f00:1',
      '169.254.169.254',
      '10.0.0.1',
    ];
    for (const address of inside)
      await assert.rejects(
        ask(`http://example.com:${port}/`, { lookup: names(address) }),
        { code: 'BLOCKED_ADDRESS' },
        address,
      );
    assert.equal(reached, 0);
  });

  it('is not turned by a name that changes between the look and the call: 1,000 flips, 0 connections', async function () {
    this.timeout(120_000);
    let [right, wrong] = [0, 0];
    const port = await listening((_request, response) => {
      right += 1;
      response.end('right');
    }, '127.0.0.2');
    await listening(
      (_request, response) => {
        wrong += 1;
        response.end('wrong');
      },
      '127.0.0.1',
      port,
    );
    // 127.0.0.2 stands for an address outside, 127.0.0.1 for one inside.
    const lookup = names('127.0.0.2', '127.0.0.1');
    const listed = (): readonly string[] => ['127.0.0.2'];
    let refused = 0;
    for (let flips = 0; flips < 1000; flips += 1) {
      await ask(`http://example.com:${port}/`, { lookup, listed }).then(
        ({ body }) => assert.equal(new TextDecoder().decode(body), 'right'),
        (error: unknown) => {
          assert.equal((error as { code?: string }).code, 'BLOCKED_ADDRESS');
          refused += 1;
        },
      );
    }
    assert.deepEqual([right, refused, wrong], [500, 500, 0]);
  });

  it('goes on to another page of the same origin, and no further', async () => {
    let elsewhere = 0;
    const other = await listening((_request, response) => {
      elsewhere += 1;
      response.end();
    });
    const port = await listening((request, response) => {
      if (request.url === '/here') response.writeHead(302, { location: '/there' });
      else if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${other}/` });
      else if (request.url === '/round') response.writeHead(302, { location: '/round' });
      response.end('there');
    });
    assert.equal((await ask(`http://127.0.0.1:${port}/here`)).url.pathname, '/there');
    const away = await ask(`http://127.0.0.1:${port}/away`);
    assert.deepEqual([away.status, away.headers['location']], [302, `http://127.0.0.1:${other}/`]);
    assert.equal((await ask(`http://127.0.0.1:${port}/round`)).status, 302);
    assert.equal(elsewhere, 0);
  });

  it('says where a body ends, whatever the method', async () => {
    const seen: unknown[] = [];
    const port = await listening(async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      seen.push([request.method, request.url, request.headers['content-length'], text]);
      response.end();
    });
    const body = 'POST /admin HTTP/1.1\r\nHost: ä\r\nContent-Length: 0\r\n\r\n';
    for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT', 'PATCH']) {
      await ask(`http://127.0.0.1:${port}/a`, {}, { method, body });
      assert.deepEqual(seen.splice(0), [[method, '/a', String(Buffer.byteLength(body)), body]]);
    }
    await ask(`http://127.0.0.1:${port}/a`);
    assert.deepEqual(seen, [['GET', '/a', undefined, '']]);
  });

  it('takes no header that says how the connection is used', async () => {
    let reached = 0;
    const port = await listening((_request, response) => {
      reached += 1;
      response.end();
    });
    for (const name of [
      'Content-Length',
      'transfer-encoding',
      'Connection',
      'HOST',
      'upgrade',
      'trailer',
      'Expect',
      'TE',
      'keep-alive',
    ])
      await assert.rejects(ask(`http://127.0.0.1:${port}/`, {}, { headers: { [name]: '5' } }), { code: 'BAD_HEADER' });
    assert.equal(reached, 0);
  });

  it('carries a secret to its own host alone', async () => {
    const seen: (string | undefined)[] = [];
    const port = await listening((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: 'http://localhost:1/' });
      response.end();
    });
    const hostOfSecret = (): string => `127.0.0.1:${port}`;
    await ask(`http://127.0.0.1:${port}/`, { hostOfSecret }, { secret: 'mine' });
    assert.deepEqual(seen, ['Bearer the-key']);
    const refused = { code: 'WRONG_HOST' };
    await assert.rejects(ask(`http://localhost:${port}/`, { hostOfSecret }, { secret: 'mine' }), refused);
    await assert.rejects(ask(`http://127.0.0.1:${port}/`, {}, { secret: 'mine' }), refused);
    const inTheClear = { hostOfSecret: () => 'example.com', lookup: names('127.0.0.1') };
    await assert.rejects(ask('http://example.com/', inTheClear, { secret: 'mine' }), refused);
    await assert.rejects(
      ask(`http://127.0.0.1:${port}/`, { hostOfSecret, secretOf: async () => undefined }, { secret: 'mine' }),
      { code: 'NO_SECRET' },
    );
    assert.equal(seen.length, 1);
  });

  it('brings no more than was asked for, and does not wait for ever', async () => {
    const port = await listening((request, response) => {
      if (request.url === '/silent') return;
      response.end('x'.repeat(2000));
    });
    await assert.rejects(ask(`http://127.0.0.1:${port}/`), { code: 'TOO_LARGE' });
    assert.equal((await ask(`http://127.0.0.1:${port}/`, {}, { maxBytes: 2000 })).body.length, 2000);
    const late = { timeoutMs: 50 } as object;
    await assert.rejects(ask(`http://127.0.0.1:${port}/silent`, {}, late), { code: 'TIMEOUT' });
    await assert.rejects(ask('http://127.0.0.1:1/'), { code: 'NO_ANSWER' });
  });
});
