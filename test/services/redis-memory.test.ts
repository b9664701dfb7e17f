import assert from 'node:assert/strict';
import { redisMemory } from '../../src/adapters/redis/redis-memory.ts';
import type { MemoryReplica } from '../../src/core/memory/memory-ports.ts';
import { describeMemoryKeeper, memoryRecord } from '../contract/memory-keeper.ts';
import { startRedis } from './redis.ts';

const { signal } = new AbortController();

for (const cluster of [false, true]) {
  describe(`Redis${cluster ? ' in a cluster' : ''} as a keeper of episodes`, () => {
    let server: Awaited<ReturnType<typeof startRedis>>;
    const open: MemoryReplica[] = [];
    let count = 0;
    before(async () => {
      server = await startRedis({ password: 'right', cluster });
    });
    after(async () => {
      for (const replica of open) await replica.close();
      await server.stop();
    });
    const connect = (namespace: string, more: { password?: string; url?: string } = {}) => {
      const replica = redisMemory({ url: server.url, password: 'right', cluster, namespaces: [namespace], ...more });
      open.push(replica);
      return replica;
    };
    describeMemoryKeeper('episode', async () => {
      count += 1;
      const namespace = `user/test${count}`;
      return { keeper: connect(namespace), again: async () => connect(namespace), namespace };
    });

    it('says that the password is wrong', async () => {
      await assert.rejects(
        connect('user/a', { password: 'wrong' }).put([memoryRecord('episode', '1', 'a', 'b')], signal),
        {
          kind: 'memory-unavailable',
          code: cluster ? /.*/ : 'AUTH',
        },
      );
    });
  });
}
