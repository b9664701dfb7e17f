import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { nodeFileSystem } from '../../../src/adapters/files/node-file-system.ts';
import { openJournal } from '../../../src/adapters/sqlite/sqlite-journal.ts';
import { systemClock, systemHash } from '../../../src/adapters/system/system.ts';
import { composeMemory } from '../../../src/compose-memory.ts';
import { composeModels } from '../../../src/compose-models.ts';
import { type Recalled, recallMemories } from '../../../src/core/memory/recall-memories.ts';
import { remember } from '../../../src/core/memory/remember.ts';
import { wordEmbedder } from '../../../src/core/memory/word-vectors.ts';
import { parseModelConfiguration } from '../../../src/core/models/parse-configuration.ts';
import { memoryRecord } from '../../contract/memory-keeper.ts';
import { workerUrl } from '../journal/journal-fixture.ts';

const { signal } = new AbortController();

describe('the embedding model of the model configuration', () => {
  let server: Server;
  let home: string;
  let asked: string[];
  let status = 200;

  beforeEach(async () => {
    asked = [];
    status = 200;
    home = await mkdtemp(join(tmpdir(), 'openmagus-vectors-'));
    server = createServer(async (incoming, response) => {
      if (incoming.method !== 'POST') return void response.writeHead(404).end();
      const { input } = (await json(incoming)) as { input: string[] };
      asked.push(...input);
      const data = (await wordEmbedder.embed(input, signal)).map((vector, index) => ({
        index,
        embedding: [...vector],
      }));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(home, { recursive: true, force: true });
  });

  const configured = (more: object = {}) => {
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const configuration = parseModelConfiguration(
      {
        endpoints: {
          dead: { kind: 'openai', baseURL: 'http://127.0.0.1:9/v1' },
          own: { kind: 'openai', baseURL },
        },
        groups: {
          main: [{ endpoint: 'own', model: 'chat' }],
          vectors: [
            { endpoint: 'dead', model: 'small', order: 1, price: { input: 1000, output: 0 } },
            { endpoint: 'own', model: 'small', order: 2, price: { input: 1000, output: 0 } },
          ],
        },
        routing: { primary: 'main', tasks: { embed: 'vectors' } },
        ...more,
      },
      'The test',
    );
    return { configuration, keyOf: async () => undefined };
  };
  const open = async (more: object = {}) => {
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    const journal = await openJournal({ file: join(home, 'openmagus.db'), workerUrl, onWarning });
    const parts = { clock: systemClock, hash: systemHash, ledger: journal.ledger, answers: journal.answers };
    const models = composeModels(configured(more), parts);
    const { memory, close } = composeMemory({
      ...{ home, store: journal.memory, clock: systemClock, onWarning, secretOf: async () => undefined },
      vectors: models.vectors,
    });
    const ports = {
      memory,
      clock: systemClock,
      hash: systemHash,
      files: nodeFileSystem(systemHash),
      secrets: () => [],
    };
    return {
      ports,
      models,
      warnings,
      recall: (text: string): Promise<Recalled> =>
        recallMemories(ports, { text, kinds: ['fact'], roots: [], limit: 3 }, signal),
      close: async () => {
        await close();
        await journal.close();
      },
    };
  };
  const facts = Array.from({ length: 40 }, (_, index) =>
    memoryRecord('fact', `f${index}`, `word${index}`, `thing${index}`),
  );

  it('makes the vectors of memories, by whichever deployment of it answers, and no text is sent twice', async () => {
    const { ports, recall, close } = await open();
    await remember(ports, facts, signal);
    assert.deepEqual(await ports.memory.settle(20_000), []);
    assert.equal((await ports.memory.store.unembedded('small', 100)).length, 0);
    assert.equal(asked.length, 40);
    for (let time = 0; time < 2; time += 1) {
      const { hits, warnings } = await recall('thing23');
      assert.deepEqual([hits[0]?.id, warnings], ['f23', []]);
      assert.match(hits[0]?.why ?? '', /vectors, rank 1/);
    }
    assert.deepEqual(asked.slice(40), ['thing23']);
    await close();
  });

  it('keeps within the budget of the day', async () => {
    const { ports, recall, warnings, close } = await open({ budget: { dayUsd: 0.001 } });
    await remember(ports, facts, signal);
    assert.deepEqual(await ports.memory.settle(20_000), ['The embedding model']);
    assert.match(warnings.join(), /today's budget/);
    const { hits, warnings: more } = await recall('thing23 and much else that has to be paid');
    assert.equal(hits[0]?.id, 'f23');
    assert.match(more.join(), /The embedding model was not asked.*budget/s);
    assert.deepEqual(asked, []);
    await close();
  });

  it('that fails costs a warning, not the recall', async () => {
    status = 500;
    const { ports, recall, close } = await open();
    await remember(ports, facts.slice(0, 3), signal);
    assert.deepEqual(await ports.memory.settle(20_000), ['The embedding model']);
    const { hits, warnings } = await recall('thing2');
    assert.equal(hits[0]?.id, 'f2');
    assert.match(warnings.join(), /The embedding model was not asked/);
    await close();
  });

  it('follows the configuration while it is in use', async () => {
    const { ports, models, close } = await open({ routing: { primary: 'main' } });
    await remember(ports, facts.slice(0, 3), signal);
    assert.deepEqual(await ports.memory.settle(20_000), []);
    assert.equal(ports.memory.embedder, undefined);
    models.use(configured());
    ports.memory.changed();
    assert.deepEqual(await ports.memory.settle(20_000), []);
    assert.equal(asked.length, 3);
    models.use(undefined);
    assert.equal(ports.memory.embedder, undefined);
    await close();
  });
});
