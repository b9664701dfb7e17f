import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import path from 'node:path';
import { openTransport } from '../../../src/adapters/models/open-transport.ts';
import { isMagusError } from '../../../src/core/errors/magus-error.ts';
import { modelAddress } from '../../support/model-address.ts';
import { streamFrames } from '../../support/scripted-model.ts';

const tls = path.join(import.meta.dirname, '..', '..', 'fixtures', 'tls');
const certificate = path.join(tls, 'server-cert.pem');
const answer: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end([...streamFrames('m', { text: 'hi' }, () => 'c')].join(''));
};

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function ask(baseURL: string, caFile?: string): Promise<string> {
  const transport = await openTransport(
    modelAddress(baseURL, { endpoint: caFile === undefined ? {} : { caFile } }),
    'k',
  );
  const request = {
    purpose: 'act',
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [],
    omit: new Set<never>(),
  } as const;
  return (await transport.complete(request, () => undefined, new AbortController().signal)).text;
}

describe('the way to a model server', () => {
  it('trusts no certificate of an unknown authority, and says what to do', async () => {
    const server = createServer(
      { key: readFileSync(path.join(tls, 'server-key.pem')), cert: readFileSync(certificate) },
      answer,
    );
    const port = await listening(server);
    try {
      const error: unknown = await ask(`https://127.0.0.1:${port}/v1`).catch((thrown: unknown) => thrown);
      assert.ok(isMagusError(error));
      assert.equal(error.kind, 'configuration');
      assert.match(error.message, /certificate of https:.* is not trusted .*caFile/);
      assert.equal(await ask(`https://127.0.0.1:${port}/v1`, certificate), 'hi');
    } finally {
      server.close();
    }
  });

  it('names a certificate file that is not there', async () => {
    await assert.rejects(ask('https://127.0.0.1:1/v1', '/nowhere/ca.pem'), {
      kind: 'configuration',
      code: 'BAD_CERTIFICATE_FILE',
    });
  });

  it('goes by the proxy of the environment', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createHttpServer((request, response) => {
      asked.push(request.url);
      answer(request, response);
    });
    const port = await listening(proxy);
    const former = {
      HTTP_PROXY: process.env['HTTP_PROXY'],
      NO_PROXY: process.env['NO_PROXY'],
      no_proxy: process.env['no_proxy'],
    };
    Object.assign(process.env, { HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '', no_proxy: '' });
    try {
      assert.equal(await ask('http://models.example/v1'), 'hi');
      assert.deepEqual(asked, ['http://models.example/v1/chat/completions']);
    } finally {
      for (const [name, value] of Object.entries(former)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('asks again when a kept connection turns out to be closed', async () => {
    let visits = 0;
    const server = createHttpServer((request, response) => {
      visits += 1;
      answer(request, response);
    });
    server.keepAliveTimeout = 60_000;
    const port = await listening(server);
    try {
      assert.equal(await ask(`http://127.0.0.1:${port}/v1`), 'hi');
      await new Promise((done) => setTimeout(done, 20));
      server.closeAllConnections();
      assert.equal(await ask(`http://127.0.0.1:${port}/v1`), 'hi');
      assert.equal(visits, 2);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
