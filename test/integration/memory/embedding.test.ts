import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { nodeFileSystem } from '../../../src/adapters/files/node-file-system.ts';
import { openJournal } from '../../../src/adapters/sqlite/sqlite-journal.ts';
import { systemClock, systemHash } from '../../../src/adapters/system/system.ts';
import { composeMemory } from '../../../src/compose-memory.ts';
import { recallMemories } from '../../../src/core/memory/recall-memories.ts';
import { remember } from '../../../src/core/memory/remember.ts';
import { wordEmbedder } from '../../../src/core/memory/word-vectors.ts';
import { memoryRecord } from '../../contract/memory-keeper.ts';
import { workerUrl } from '../journal/journal-fixture.ts';

const { signal } = new AbortController();

describe('an embedding model', () => {
  let server: Server;
  let home: string;
  let authorization: string | undefined;
  let status = 200;
  beforeEach(async () => {
    status = 200;
    home = await mkdtemp(join(tmpdir(), 'openmagus-embedding-'));
    // Vectors of words, over the interface of a real embedding server, answered in reverse order.
    server = createServer(async (request, response) => {
      authorization = request.headers.authorization;
      const { input } = (await json(request)) as { input: string[] };
      const vectors = await wordEmbedder.embed(input, signal);
      const data = vectors.map((vector, index) => ({ index, embedding: [...vector] })).reverse();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    await rm(home, { recursive: true, force: true });
  });
  const open = async (dimension: number) => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const embedding = { url: `http://127.0.0.1:${port}/v1`, model: 'small', dimension, secret: 'embedding' };
    await writeFile(join(home, 'memory.json'), JSON.stringify({ embedding }));
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    const journal = await openJournal({ file: join(home, 'openmagus.db'), workerUrl, onWarning });
    const secretOf = async () => 'the-key';
    const composed = composeMemory({ home, store: journal.memory, clock: systemClock, secretOf, onWarning });
    const ports = {
      memory: composed.memory,
      clock: systemClock,
      hash: systemHash,
      files: nodeFileSystem(systemHash),
      secrets: () => [],
    };
    const close = async () => {
      await composed.close();
      await journal.close();
    };
    return { ports, warnings, close };
  };

  it('gives every record a vector, and is one of the ways in which they are found', async () => {
    const { ports, close } = await open(wordEmbedder.dimension);
    await remember(
      ports,
      Array.from({ length: 70 }, (_, index) => memoryRecord('fact', `f${index}`, `word${index}`, `thing${index} here`)),
      signal,
    );
    assert.deepEqual(await ports.memory.settle(20_000), []);
    assert.equal((await ports.memory.store.unembedded('small', 100)).length, 0);
    const { hits, warnings } = await recallMemories(
      ports,
      { text: 'thing42', kinds: ['fact'], roots: [], limit: 3 },
      signal,
    );
    assert.deepEqual([hits[0]?.id, warnings], ['f42', []]);
    assert.match(hits[0]?.why ?? '', /full text, rank 1.*vectors, rank 1/);
    assert.equal(authorization, 'Bearer the-key');
    await close();
  });

  it('that fails costs a warning with the next step, not the recall', async () => {
    const { ports, close, warnings } = await open(99);
    await remember(ports, [memoryRecord('fact', 'f', 'word', 'thing')], signal);
    assert.deepEqual(await ports.memory.settle(20_000), ['The embedding model']);
    assert.match(warnings[0] ?? '', /gives vectors of 256 numbers, not 99\. Set "dimension" to 256 in memory\.json/);
    status = 401;
    const recalled = await recallMemories(ports, { text: 'thing', kinds: ['fact'], roots: [], limit: 3 }, signal);
    assert.equal(recalled.hits[0]?.id, 'f');
    assert.match(recalled.warnings.join(), /answered 401\. Look at its address, its key/);
    await close();
  });
});
