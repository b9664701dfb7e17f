import assert from 'node:assert/strict';
import { redisMemory } from '../../src/adapters/redis/redis-memory.ts';
import type { MemoryReplica } from '../../src/core/memory/memory-ports.ts';
import { describeMemoryKeeper, memoryRecord } from '../contract/memory-keeper.ts';
import { startRedis } from './redis.ts';
import { freePort } from './test-server.ts';

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

describe('Redis, when something is wrong,', () => {
  const one = [memoryRecord('episode', '1', 'a', 'b')];
  const withRedis = async (
    options: Parameters<typeof startRedis>[0],
    work: (url: string) => Promise<void>,
  ): Promise<void> => {
    const server = await startRedis(options);
    try {
      await work(server.url);
    } finally {
      await server.stop();
    }
  };
  const refusal = async (options: Partial<Parameters<typeof redisMemory>[0]> & { url: string }) => {
    const replica = redisMemory({ namespaces: ['user/a'], ...options });
    try {
      return await replica.put(one, signal).then(
        () => assert.fail('it was put'),
        (error: unknown) => error as { code: string; message: string },
      );
    } finally {
      await replica.close();
    }
  };

  it('warns of a server that would lose episodes', () =>
    withRedis({ appendOnly: false, config: { maxmemory: '10mb', 'maxmemory-policy': 'allkeys-lru' } }, async (url) => {
      const replica = redisMemory({ url, namespaces: ['user/a'] });
      const warnings = await replica.warnings(signal);
      await replica.close();
      assert.match(warnings.join('\n'), /append-only file is off[\s\S]*CONFIG SET appendonly yes/);
      assert.match(warnings.join('\n'), /allkeys-lru[\s\S]*noeviction/);
    }));

  it('has no warning about a server that keeps what it answered for', () =>
    withRedis({}, async (url) => {
      const replica = redisMemory({ url, namespaces: ['user/a'] });
      assert.deepEqual(await replica.warnings(signal), []);
      await replica.close();
    }));

  it('names a missing password, TLS where there is none, and a full memory', async () => {
    await withRedis({ password: 'right' }, async (url) => {
      assert.equal((await refusal({ url })).code, 'AUTH');
      assert.equal((await refusal({ url: url.replace('redis:', 'rediss:') })).code, 'TLS');
    });
    await withRedis({ config: { maxmemory: '1', 'maxmemory-policy': 'noeviction' } }, async (url) => {
      assert.equal((await refusal({ url })).code, 'FULL');
    });
  });

  it('names a server that is not there', async () => {
    const { code, message } = await refusal({ url: `redis://user:hidden@127.0.0.1:${await freePort()}` });
    assert.equal(code, 'UNREACHABLE');
    assert.match(message, /Start it, or mend its address/);
    assert.ok(!message.includes('hidden'));
  });
});
