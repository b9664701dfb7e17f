import { chromaMemory } from '../../src/adapters/chroma/chroma-memory.ts';
import { wordEmbedder } from '../../src/core/memory/word-vectors.ts';
import { describeMemoryKeeper } from '../contract/memory-keeper.ts';
import { startChroma } from './chroma.ts';

describe('Chroma as a keeper of facts', () => {
  let server: Awaited<ReturnType<typeof startChroma>>;
  let count = 0;
  before(async function () {
    this.timeout(120_000);
    server = await startChroma();
  });
  after(() => server.stop());
  describeMemoryKeeper('fact', async () => {
    count += 1;
    const namespace = `user/test${count}`;
    const connect = () => chromaMemory({ url: server.url, namespaces: [namespace], embedder: wordEmbedder });
    return { keeper: connect(), again: async () => connect(), namespace };
  });
});
