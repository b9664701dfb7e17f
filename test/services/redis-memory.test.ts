import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { redisMemory } from '../../src/adapters/redis/redis-memory.ts';
import type { MemoryReplica } from '../../src/core/memory/memory-ports.ts';
import { describeMemoryKeeper, memoryRecord } from '../contract/memory-keeper.ts';
import { freePort } from '../support/free-port.ts';
import { makeCertificates, startAnswering } from './certificates.ts';
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

  it('is reached by TLS with a certificate authority of its own, and not without it', async () => {
    const certificates = await makeCertificates();
    const server = await startRedis({ password: 'right', certificates });
    try {
      const options = { url: server.tlsUrl, password: 'right', namespaces: ['user/test'] as const };
      const replica = redisMemory({ ...options, ca: readFileSync(certificates.ca, 'utf8') });
      await replica.put(one, signal);
      assert.equal((await replica.scan({ kinds: ['episode'], afterId: '', limit: 5 }, signal)).length, 1);
      await replica.close();
      assert.equal((await refusal(options)).code, 'TLS');
      assert.equal((await refusal({ ...options, url: options.url.replace('rediss:', 'redis:') })).code, 'TLS');
    } finally {
      await server.stop();
      await certificates.remove();
    }
  });

  it('is not written to when it is too old, or holds what a newer OpenMagus keeps', async () => {
    const facts = 'redis_version:5.0.7\r\nloading:0\r\n';
    const old = await startAnswering((asked) =>
      // Several commands may come at once.
      asked
        .toString()
        .split(/(?=^\*\d+\r\n)/m)
        .map((command) => (/\r\ninfo\r\n/i.test(command) ? bulk(facts) : '+OK\r\n'))
        .join(''),
    );
    const { code, message } = await refusal({ url: `redis://127.0.0.1:${old.port}` });
    await old.stop();
    assert.equal(code, 'VERSION');
    assert.match(message, /too old. Update it/);
    await withRedis({}, async (url) => {
      const client = new Redis(url);
      const namespace = 'user/a';
      const replica = redisMemory({ url, namespaces: [namespace] });
      const first = { ...memoryRecord('episode', 'first', 'a', 'b'), namespace };
      await replica.put([first], signal);
      await client.set('openmagus:{user/a}:schema', '2');
      const newer = { code: 'NEWER_SCHEMA', message: /Update OpenMagus/ };
      await assert.rejects(replica.put([{ ...first, id: 'second' }], signal), newer);
      await assert.rejects(replica.remove(['first'], signal), newer);
      assert.equal(await client.zcard('openmagus:{user/a}:by-id'), 1);
      await replica.close();
      client.disconnect();
    });
  });

  it('names a server that is not there', async () => {
    const { code, message } = await refusal({ url: `redis://user:hidden@127.0.0.1:${await freePort()}` });
    assert.equal(code, 'UNREACHABLE');
    assert.match(message, /Start it, or mend its address/);
    assert.ok(!message.includes('hidden'));
  });
});

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
