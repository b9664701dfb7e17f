import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { ChromaClient } from 'chromadb';
import { chromaMemory } from '../../src/adapters/chroma/chroma-memory.ts';
import { sealOf } from '../../src/adapters/system/seal.ts';
import { wordEmbedder } from '../../src/core/memory/word-vectors.ts';
import { describeMemoryKeeper, memoryRecord } from '../contract/memory-keeper.ts';
import { freePort } from '../support/free-port.ts';
import { makeCertificates, startTlsFront } from './certificates.ts';
import { startChroma } from './chroma.ts';
import { filesHolding } from './test-server.ts';

const { signal } = new AbortController();
const seal = () => sealOf('the shared key');

describe('Chroma as a keeper of facts', () => {
  let server: Awaited<ReturnType<typeof startChroma>>;
  let count = 0;
  before(async function () {
    this.timeout(120_000);
    server = await startChroma();
  });
  after(() => server?.stop());
  describeMemoryKeeper('fact', async () => {
    count += 1;
    const namespace = `user/test${count}`;
    const connect = () => chromaMemory({ url: server.url, namespaces: [namespace], embedder: wordEmbedder, seal });
    return { keeper: connect(), again: async () => connect(), namespace };
  });

  it('names TLS where there is none, and a server that is not there', async () => {
    const code = async (url: string) => {
      const replica = chromaMemory({ url, namespaces: ['user/a'], embedder: wordEmbedder, seal });
      const error: unknown = await replica.put([memoryRecord('fact', '1', 'a', 'b')], signal).catch((caught) => caught);
      return (error as { code: string }).code;
    };
    assert.equal(await code(server.url.replace('http:', 'https:')), 'TLS');
    assert.equal(await code(`http://127.0.0.1:${await freePort()}`), 'UNREACHABLE');
  });

  it('is reached by TLS with a certificate authority of its own, and not without it', async () => {
    const certificates = await makeCertificates();
    const front = await startTlsFront(certificates, server.port);
    try {
      const options = { namespaces: ['user/test'] as const, embedder: wordEmbedder, seal };
      const url = `https://127.0.0.1:${front.port}`;
      const record = memoryRecord('fact', 'by-tls', 'a', 'b');
      const replica = chromaMemory({ ...options, url, ca: readFileSync(certificates.ca, 'utf8') });
      await replica.put([record], signal);
      assert.deepEqual(await replica.scan({ kinds: ['fact'], afterId: '', limit: 5 }, signal), [record]);
      await assert.rejects(chromaMemory({ ...options, url }).put([record], signal), { code: 'TLS' });
    } finally {
      await front.stop();
      await certificates.remove();
    }
  });

  it('names a server that does not know the interface, and one that refuses the token', async () => {
    for (const [status, body, code] of [
      [404, '{"detail":"Not Found"}', 'VERSION'],
      [410, '{"error":"Unimplemented","message":"The v2 API is deprecated"}', 'VERSION'],
      [401, '{"error":"Unauthorized"}', 'AUTH'],
      [
        500,
        '{"error":"InternalError","message":"error returned from database: (code: 13) database or disk is full"}',
        'FULL',
      ],
    ] as const) {
      const other = createServer((_request, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const address = other.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
      const replica = chromaMemory({ url, namespaces: ['user/a'], embedder: wordEmbedder, seal });
      await assert.rejects(replica.put([memoryRecord('fact', '1', 'a', 'b')], signal), { code });
      other.close();
      other.closeAllConnections();
    }
  });

  it('is not written to where a newer OpenMagus keeps its facts', async () => {
    const model = { model: 'newer', dimension: 4, embed: async () => [new Float32Array(4).fill(1)] };
    const client = new ChromaClient({ host: '127.0.0.1', port: server.port });
    const newer = await client.createCollection({
      name: 'openmagus-facts-newer-4',
      embeddingFunction: null,
      metadata: { schema: 2 },
    });
    const replica = chromaMemory({ url: server.url, namespaces: ['user/a'], embedder: model, seal });
    await assert.rejects(replica.put([memoryRecord('fact', '1', 'a', 'b')], signal), {
      code: 'NEWER_SCHEMA',
      message: /Update OpenMagus/,
    });
    assert.equal(await newer.count(), 0);
  });

  it('shows facts to whoever has the key, and to nobody else', async () => {
    const options = { url: server.url, namespaces: ['team/blue'] as const, embedder: wordEmbedder };
    const fact = { ...memoryRecord('fact', 'okapi', 'Okapi', 'okapis are shy'), namespace: 'team/blue' };
    await chromaMemory({ ...options, seal }).put([fact], signal);
    const seenWith = (passphrase: string) =>
      chromaMemory({ ...options, seal: () => sealOf(passphrase) }).search(
        { text: 'okapi', kinds: ['fact'], limit: 5 },
        signal,
      );
    assert.deepEqual((await seenWith('the shared key'))[0]?.records, [fact]);
    assert.deepEqual((await seenWith('another key'))[0]?.records, []);
  });

  it('holds no byte of a fact at any time, on a busy server neither', async function () {
    this.timeout(120_000);
    const namespace = 'user/secretive';
    const replica = chromaMemory({ url: server.url, namespaces: [namespace], embedder: wordEmbedder, seal });
    const facts = (word: string, many: number) =>
      Array.from({ length: many }, (_, index) => ({
        ...memoryRecord('fact', `${many}-${index}`, `${word} title`, `The ${word} of record ${index}. `.repeat(20)),
        namespace,
        cites: [{ path: `${word}.ts`, line: 1, sha256: '' }],
      }));
    const files = () => filesHolding(server.folder, 'xylophonequartz');
    await replica.put(facts('marimba', 300), signal);
    await replica.put(facts('xylophonequartz', 7), signal);
    assert.equal(files(), '');
    await replica.put(facts('marimba', 200), signal);
    await replica.remove(
      facts('xylophonequartz', 7).map(({ id }) => id),
      signal,
    );
    assert.equal(files(), '');
    // The files are those in which the server does keep what it is given.
    const client = new ChromaClient({ host: '127.0.0.1', port: server.port });
    const plain = await client.createCollection({ name: 'plain', embeddingFunction: null });
    await plain.add({ ids: ['1'], embeddings: [[1]], documents: ['xylophonequartz'] });
    assert.match(files(), /chroma\.sqlite3/);
  });

  it('keeps vectors of another model and dimension apart, and names one that changed its dimension', async () => {
    const embedder = (dimension: number, named = dimension) => ({
      model: 'm',
      dimension: named,
      embed: async (texts: readonly string[]) => texts.map(() => new Float32Array(dimension).fill(1)),
    });
    const open = (made: ReturnType<typeof embedder>) =>
      chromaMemory({ url: server.url, namespaces: ['user/dimensions'], embedder: made, seal });
    await open(embedder(8)).put([memoryRecord('fact', '1', 'a', 'b')], signal);
    await open(embedder(16)).put([memoryRecord('fact', '1', 'a', 'b')], signal);
    await assert.rejects(open(embedder(12, 8)).put([memoryRecord('fact', '2', 'a', 'b')], signal), {
      code: 'DIMENSION',
      message: /memory replay/,
    });
  });
});
