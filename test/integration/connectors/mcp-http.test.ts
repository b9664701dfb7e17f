import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { guardedFetch } from '../../../src/adapters/mcp-client/guarded-fetch.ts';
import { mcpServers } from '../../../src/adapters/mcp-client/mcp-servers.ts';
import { systemHash } from '../../../src/adapters/system/system.ts';
import { callEffect, startEffect } from '../../../src/core/mcp/mcp-effects.ts';
import type { McpAnswer, McpDesk, McpServers } from '../../../src/core/mcp/mcp-port.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';

const desk: McpDesk = {
  progress: () => {},
  elicit: async () => ({ action: 'cancel' }),
  sample: async () => undefined,
  tellRoots: async () => false,
  signIn: async () => false,
};

describe('servers of the Model Context Protocol over HTTP', () => {
  let server: Server;
  let folder: string;
  let servers: McpServers;
  let sessions: Set<string>;
  let began: number;
  let headers: IncomingMessage['headers'];
  let answerCall: (id: unknown) => unknown;
  /** A server that asks where the folders lie before it answers. */
  let asksRoots: boolean;
  let told: unknown;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'magus-mcp-http-'));
    sessions = new Set();
    began = 0;
    asksRoots = false;
    told = undefined;
    let open: { readonly id: unknown; readonly response: ServerResponse } | undefined;
    answerCall = (id) => ({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'done' }] } });
    server = createServer((request, response) => {
      void bodyOf(request).then((text) => {
        if (request.method !== 'POST') return response.writeHead(405).end();
        const { id, method, result: answered } = JSON.parse(text) as Readonly<Record<string, unknown>>;
        const session = request.headers['mcp-session-id'];
        headers = request.headers;
        if (method !== 'initialize' && !sessions.has(String(session))) return response.writeHead(404).end();
        const reply = (body: unknown, more = {}) => {
          if (body === undefined) return;
          response.writeHead(200, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body));
        };
        if (method === 'initialize') {
          sessions.add(`s${++began}`);
          const result = {
            protocolVersion: '2025-06-18',
            capabilities: { tools: {} },
            serverInfo: { name: 'far', version: '1' },
          };
          return reply({ jsonrpc: '2.0', id, result }, { 'mcp-session-id': `s${began}` });
        }
        if (id === undefined) return response.writeHead(202).end();
        const event = (body: unknown): string => `event: message\ndata: ${JSON.stringify(body)}\n\n`;
        if (method === undefined) {
          told = answered;
          response.writeHead(202).end();
          return open?.response.end(event(answerCall(open.id)));
        }
        if (asksRoots && method === 'tools/call') {
          open = { id, response: response.writeHead(200, { 'content-type': 'text/event-stream' }) };
          return response.write(event({ jsonrpc: '2.0', id: 'where', method: 'roots/list' }));
        }
        if (method === 'tools/list')
          return reply({ jsonrpc: '2.0', id, result: { tools: [{ name: 'do', inputSchema: { type: 'object' } }] } });
        return reply(answerCall(id));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    servers = mcpServers({
      folder,
      version: '0.0.0',
      callMs: 2000,
      listed: () => [],
      sources: { files: [], setting: () => ({ far: { url, headers: { Authorization: 'Bearer of-a-header-1' } } }) },
      secretOf: async () => undefined,
      onSecret: () => {},
      tokensOf: () => ({ read: async () => undefined, write: async () => {} }),
    });
  });
  afterEach(async () => {
    await servers.close();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const call = async (own: Partial<McpDesk> = {}): Promise<McpAnswer> => {
    const place = { roots: [folder], desk: { ...desk, ...own } };
    const [far] = (await servers.list([folder])).servers;
    assert.ok(far);
    const start = startEffect(far);
    assert.match(start.object, /^http:\/\/127\.0\.0\.1:\d+$/);
    const signal = AbortSignal.timeout(15_000);
    const [tool] = await servers.connect(sealAuthorized([start], ''), far, place, signal);
    assert.ok(tool);
    const wanted = { server: far, tool, arguments: {} };
    return servers.call(sealAuthorized([start, callEffect(systemHash, wanted)], ''), wanted, place, signal);
  };

  it('get the headers of their entry', async () => {
    assert.equal((await call()).text, 'done');
    assert.equal(headers['authorization'], 'Bearer of-a-header-1');
  });

  it('that forget the session are met anew, for they did nothing', async () => {
    await call();
    sessions.clear();
    assert.equal((await call()).text, 'done');
    assert.equal(began, 2);
  });

  it('that do not answer a call are told to stop after their time', async () => {
    answerCall = () => undefined;
    await assert.rejects(call(), { code: 'TIMEOUT' });
  });

  it('that answer with anything but the protocol fail in words', async () => {
    answerCall = () => '<html>';
    await assert.rejects(call(), (error: { code: string }) => error.code === 'SERVER_DIED' || error.code === 'TIMEOUT');
  });

  it('are told of the folders where a person lets them, and of none else', async () => {
    asksRoots = true;
    const asked: string[] = [];
    for (const allowed of [false, true]) {
      const tellRoots = async (name: string): Promise<boolean> => {
        asked.push(name);
        return allowed;
      };
      assert.equal((await call({ tellRoots })).text, 'done');
      assert.deepEqual(told, { roots: allowed ? [{ uri: pathToFileURL(folder).href }] : [] });
    }
    assert.deepEqual(asked, ['far', 'far']);
  });

  it('are not started undecided', async () => {
    const [far] = (await servers.list([folder])).servers;
    assert.ok(far);
    const place = { roots: [folder], desk };
    await assert.rejects(servers.connect(sealAuthorized([], ''), far, place, AbortSignal.timeout(1000)), {
      code: 'UNDECIDED',
    });
  });

  it('elsewhere cannot send us into our own network', async () => {
    const { port } = server.address() as AddressInfo;
    const reach = guardedFetch('https://mcp.example.com/mcp', () => []);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '169.254.169.254', '10.0.0.1', '[::1]'])
      await assert.rejects(Promise.resolve(reach(`http://${host}/`)), { code: 'BLOCKED_ADDRESS' });
    assert.equal(began, 0);
  });

  it('elsewhere cannot use the connection of a server that may', async () => {
    const { port } = server.address() as AddressInfo;
    const address = `http://localhost:${port}/`;
    const local = guardedFetch(address, () => []);
    await (await local(address)).text();
    const reach = guardedFetch('https://mcp.example.com/mcp', () => []);
    await assert.rejects(Promise.resolve(reach(address)), { code: 'BLOCKED_ADDRESS' });
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
