import { neo4jMemory } from '../../src/adapters/neo4j/neo4j-memory.ts';
import type { MemoryReplica } from '../../src/core/memory/memory-ports.ts';
import { describeMemoryKeeper } from '../contract/memory-keeper.ts';
import { startNeo4j } from './neo4j.ts';

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
    await server.stop();
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
});
