import assert from 'node:assert/strict';
import { chromaMemory } from '../../src/adapters/chroma/chroma-memory.ts';
import { wordEmbedder } from '../../src/core/memory/word-vectors.ts';
import { describeMemoryKeeper, memoryRecord } from '../contract/memory-keeper.ts';
import { startChroma } from './chroma.ts';
import { freePort } from './test-server.ts';

const { signal } = new AbortController();

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
    const connect = () => chromaMemory({ url: server.url, namespaces: [namespace], embedder: wordEmbedder });
    return { keeper: connect(), again: async () => connect(), namespace };
  });

  it('names TLS where there is none, and a server that is not there', async () => {
    const code = async (url: string) => {
      const replica = chromaMemory({ url, namespaces: ['user/a'], embedder: wordEmbedder });
      const error: unknown = await replica.put([memoryRecord('fact', '1', 'a', 'b')], signal).catch((caught) => caught);
      return (error as { code: string }).code;
    };
    assert.equal(await code(server.url.replace('http:', 'https:')), 'TLS');
    assert.equal(await code(`http://127.0.0.1:${await freePort()}`), 'UNREACHABLE');
  });

  it('keeps vectors of another model and dimension apart, and names one that changed its dimension', async () => {
    const embedder = (dimension: number, named = dimension) => ({
      model: 'm',
      dimension: named,
      embed: async (texts: readonly string[]) => texts.map(() => new Float32Array(dimension).fill(1)),
    });
    const open = (made: ReturnType<typeof embedder>) =>
      chromaMemory({ url: server.url, namespaces: ['user/dimensions'], embedder: made });
    await open(embedder(8)).put([memoryRecord('fact', '1', 'a', 'b')], signal);
    await open(embedder(16)).put([memoryRecord('fact', '1', 'a', 'b')], signal);
    await assert.rejects(open(embedder(12, 8)).put([memoryRecord('fact', '2', 'a', 'b')], signal), {
      code: 'DIMENSION',
      message: /memory replay/,
    });
  });
});
