import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recallMemories } from '../../src/core/memory/recall-memories.ts';
import { remember } from '../../src/core/memory/remember.ts';
import { memoryRecord } from '../contract/memory-keeper.ts';
import { startChroma } from './chroma.ts';
import { embeddingModel, startEmbedding } from './embedding.ts';
import { assertReplicasEqual, openMemoryRig, settled } from './memory-rig.ts';

const { signal } = new AbortController();

describe('a real embedding model', () => {
  let model: Awaited<ReturnType<typeof startEmbedding>>;
  let chroma: Awaited<ReturnType<typeof startChroma>>;
  let home: string;
  before(async function () {
    this.timeout(900_000);
    model = await startEmbedding();
    chroma = await startChroma();
    home = await mkdtemp(join(tmpdir(), 'openmagus-embedding-'));
  });
  after(async () => {
    await Promise.all([model, chroma].map((server) => server?.stop()));
    await rm(home, { recursive: true, force: true });
  });

  it('finds by meaning what shares no word, here and in Chroma', async function () {
    this.timeout(120_000);
    const embedding = { url: model.url, ...embeddingModel };
    await writeFile(join(home, 'memory.json'), JSON.stringify({ embedding, chroma: { url: chroma.url } }));
    const rig = await openMemoryRig(home, {});
    const facts = {
      cats: 'Kittens sleep most of the day.',
      release: 'Shipping to production needs an approved change ticket.',
      taxes: 'Invoices are stored for ten years.',
    };
    await remember(
      rig,
      Object.entries(facts).map(([id, text]) => ({
        ...memoryRecord('fact', id, '', text, ''),
        namespace: rig.memory.namespace,
      })),
      signal,
    );
    await settled(rig);
    const found = async (text: string) => {
      // The first answer of a model on a busy machine may come too late for a recall.
      for (let tries = 0; ; tries += 1) {
        const { hits, warnings } = await recallMemories(rig, { text, kinds: ['fact'], roots: [], limit: 1 }, signal);
        if (/vectors/.test(hits[0]?.why ?? '') || tries === 20) return { id: hits[0]?.id, why: hits[0]?.why, warnings };
      }
    };
    const { id, why } = await found('tiny felines');
    assert.equal(id, 'cats');
    assert.match(why ?? '', /vectors, rank 1.*Chroma, rank 1/);
    await assertReplicasEqual(rig);
    const collections = await fetch(
      `${chroma.url}/api/v2/tenants/default_tenant/databases/default_database/collections`,
    );
    assert.match(await collections.text(), /openmagus-facts-all-MiniLM-L6-v2-384/);
    await rig.close();
  });
});
