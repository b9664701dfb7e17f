import assert from 'node:assert/strict';
import { neo4jMemory } from '../../src/adapters/neo4j/neo4j-memory.ts';
import type { MemoryReplica } from '../../src/core/memory/memory-ports.ts';
import { describeMemoryKeeper, workflowRecord } from '../contract/memory-keeper.ts';
import { startNeo4j } from './neo4j.ts';
import { freePort } from './test-server.ts';

describe('Neo4j as a keeper of workflows', () => {
  let server: Awaited<ReturnType<typeof startNeo4j>>;
  const open: MemoryReplica[] = [];
  let count = 0;
  before(async function () {
    this.timeout(600_000);
    server = await startNeo4j();
  });
  after(async () => {
    for (const replica of open) await replica.close();
    await server?.stop();
  });
  describeMemoryKeeper('workflow', async () => {
    count += 1;
    const namespace = `user/test${count}`;
    const connect = () => {
      const { url, user, password } = server;
      const replica = neo4jMemory({ url, user, password, namespaces: [namespace] });
      open.push(replica);
      return replica;
    };
    return { keeper: connect(), again: async () => connect(), namespace };
  });

  it('names a wrong password, a wrong database, TLS where there is none, and a server that is not there', async function () {
    this.timeout(60_000);
    const { url, user, password } = server;
    const code = async (options: Partial<Parameters<typeof neo4jMemory>[0]>) => {
      const replica = neo4jMemory({ url, user, password, namespaces: ['user/a'], ...options });
      open.push(replica);
      const error: unknown = await replica
        .put([workflowRecord('1', 1, 1)], new AbortController().signal)
        .catch((caught: unknown) => caught);
      return (error as { code: string }).code;
    };
    assert.equal(await code({ password: 'wrong' }), 'AUTH');
    assert.equal(await code({ database: 'elsewhere' }), 'DATABASE');
    assert.equal(await code({ url: url.replace('bolt:', 'bolt+s:') }), 'TLS');
    assert.equal(await code({ url: `bolt://127.0.0.1:${await freePort()}` }), 'UNREACHABLE');
  });
});
