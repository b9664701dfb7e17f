import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { chromaMemory } from '../../../src/adapters/chroma/chroma-memory.ts';
import { neo4jMemory } from '../../../src/adapters/neo4j/neo4j-memory.ts';
import { redisMemory } from '../../../src/adapters/redis/redis-memory.ts';
import type { MemoryReplica } from '../../../src/core/memory/memory-ports.ts';
import { wordEmbedder } from '../../../src/core/memory/word-vectors.ts';
import type { Lookup } from '../../../src/core/security/guarded-lookup.ts';

const namespaces = ['user/ada'] as const;
const seal = async () => ({ close: String, open: String, sign: String }) as never;

/** A name service that leads to one place now and to another a moment later. */
function nameService(address: string) {
  const service = { address };
  const lookup: Lookup = (_host, _options, answer) =>
    answer(null, [{ address: service.address, family: service.address.includes(':') ? 6 : 4 }]);
  return { service, lookup };
}

const replicas: Readonly<Record<string, (host: string, lookup: Lookup) => MemoryReplica>> = {
  Redis: (host, lookup) => redisMemory({ url: `redis://${host}`, namespaces, lookup }),
  'a Redis cluster': (host, lookup) => redisMemory({ url: `redis://${host}`, namespaces, lookup, cluster: true }),
  Chroma: (host, lookup) => chromaMemory({ url: `http://${host}`, namespaces, lookup, seal, embedder: wordEmbedder }),
  Neo4j: (host, lookup) => neo4jMemory({ url: `bolt://${host}`, namespaces, lookup, seal }),
};

describe('where memory servers are dialled', () => {
  let server: Server;
  let port: number;
  let connections = 0;
  before(async () => {
    // Answers nobody, and knows who came.
    server = createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());

  const failureOf = async (replica: MemoryReplica) =>
    replica.scan({ kinds: [replica.kind], afterId: '', limit: 1 }, AbortSignal.timeout(20_000)).then(
      () => assert.fail('it answered'),
      (error: { readonly kind: string; readonly code: string; readonly message: string }) => error,
    );

  for (const [name, open] of Object.entries(replicas)) {
    it(`${name}: a name goes where it leads, and not where clouds hand out keys, be it there a moment later`, async () => {
      // A name that the system knows at once, for the driver that asks it as well.
      const { service, lookup } = nameService('127.0.0.1');
      const replica = open(`localhost:${port}`, lookup);
      const before = connections;
      assert.notEqual((await failureOf(replica)).code, 'BLOCKED_ADDRESS');
      const reached = connections - before;
      assert.ok(reached > 0);
      service.address = '169.254.169.254';
      const refused = await failureOf(replica);
      assert.deepEqual([refused.kind, refused.code], ['memory-unavailable', 'BLOCKED_ADDRESS'], refused.message);
      assert.equal(connections - before, reached);
      await replica.close();
    });
  }

  it('Neo4j: nor when it is asked for its routing table', async () => {
    const { lookup } = nameService('fe80::1');
    const replica = neo4jMemory({ url: `neo4j://localhost:${port}`, namespaces, lookup, seal });
    const before = connections;
    assert.equal((await failureOf(replica)).code, 'BLOCKED_ADDRESS');
    assert.equal(connections, before);
    await replica.close();
  });

  it('Redis: tells a server that shares its address who is meant', async () => {
    const file = (name: string) => readFile(new URL(`../../fixtures/tls/server-${name}.pem`, import.meta.url));
    const meant: string[] = [];
    const options = { key: await file('key'), cert: await file('cert') };
    const shared = createTlsServer({
      ...options,
      SNICallback: (name, done) => {
        meant.push(name);
        done(null);
      },
    }).listen(0, '127.0.0.1');
    await once(shared, 'listening');
    const { lookup } = nameService('127.0.0.1');
    const url = `rediss://redis.example:${(shared.address() as AddressInfo).port}`;
    const replica = redisMemory({ url, namespaces, lookup });
    assert.equal((await failureOf(replica)).code, 'TLS');
    assert.deepEqual(meant, ['redis.example']);
    await replica.close();
    shared.close();
  });

  it('Chroma: a redirect is followed nowhere', async () => {
    let asked = 0;
    const elsewhere: HttpServer = createServer((_request, response) => {
      asked += 1;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const target = (elsewhere.address() as AddressInfo).port;
    const leading: HttpServer = createServer((request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${target}${request.url}` }).end();
    }).listen(0, '127.0.0.1');
    await once(leading, 'listening');
    const url = `http://127.0.0.1:${(leading.address() as AddressInfo).port}`;
    const replica = chromaMemory({ url, namespaces, seal, token: 'secret-token', embedder: wordEmbedder });
    await assert.rejects(
      replica.scan({ kinds: ['fact'], afterId: '', limit: 1 }, AbortSignal.timeout(20_000)),
      /HTTP 307/,
    );
    assert.equal(asked, 0);
    elsewhere.close();
    leading.close();
  });
});
