import { createHash } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { abortable } from '../../core/abortable.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { MemoryQuery, MemoryReplica } from '../../core/memory/memory-ports.ts';
import { rankByWords } from '../../core/memory/rank-by-words.ts';
import { fromFields, toFields } from '../../core/memory/record-fields.ts';
import { memoryServerDials } from '../../core/security/egress.ts';
import type { Lookup } from '../../core/security/guarded-lookup.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { guardedConnector } from './guarded-connector.ts';
import { fromRedis, newerSchema } from './redis-error.ts';
import { assertKnownVersion, durabilityWarnings } from './server-facts.ts';

export interface RedisOptions {
  /** "redis://…" or "rediss://…" for TLS. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly cluster?: boolean;
  /** PEM text of the authority that signed the server's certificate. */
  readonly ca?: string;
  /** The system's own where there is none. */
  readonly lookup?: Lookup;
  /** The user's own and those of teams. */
  readonly namespaces: readonly [string, ...string[]];
}

/** The newest are read and ranked here, on the main thread: more would hold it up. */
const mostRanked = 150;
const streamLength = 10_000;
/** Of what is kept there; one more whenever an older OpenMagus could not read it. */
const schemaVersion = 1;

/**
 * Episodes in Redis: a hash for each, sorted sets by time and by task, and a stream to follow. All keys of a namespace carry
 * its hash tag, so they lie on one node of a cluster.
 */
export function redisMemory(options: RedisOptions): MemoryReplica {
  const client = connection(options);
  const { namespaces } = options;
  const ask = async <Result>(work: (redis: Redis) => Promise<Result>, signal: AbortSignal): Promise<Result> => {
    try {
      return await abortable(
        client.ready().then(() => work(client.redis)),
        signal,
      );
    } catch (caught) {
      signal.throwIfAborted();
      throw fromRedis(caught, options.url);
    }
  };
  return {
    name: 'Redis',
    kind: 'episode',
    key: `redis ${withoutCredentials(options.url)} ${namespaces.join(' ')}`,
    put: (records, signal) => ask((redis) => putAll(redis, records), signal),
    remove: (ids, signal) => ask((redis) => removeAll(redis, namespaces, ids), signal),
    search: (query, signal) => ask((redis) => search(redis, namespaces, query), signal),
    scan: ({ kinds, afterId, limit }, signal) =>
      ask(async (redis) => {
        if (!kinds.includes('episode')) return [];
        const from = afterId === '' ? '-' : `(${afterId}`;
        const pages = namespaces.map(async (namespace) =>
          read(redis, namespace, await redis.zrangebylex(idsKey(namespace), from, '+', 'LIMIT', 0, limit)),
        );
        return (await Promise.all(pages))
          .flat()
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .slice(0, limit);
      }, signal),
    warnings: (signal) => ask(durabilityWarnings, signal),
    close: async () => client.redis.disconnect(),
  };
}

function connection(options: RedisOptions): { readonly redis: Redis; ready(): Promise<void> } {
  const dials = memoryServerDials(new URL(options.url).hostname);
  const settings = {
    lazyConnect: true,
    // Without these a dead server holds calls for ever; the caller tries again, with its own back-off.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: 5000,
    commandTimeout: 10_000,
    Connector: guardedConnector(dials, options.lookup),
    ...(options.user === undefined ? {} : { username: options.user }),
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
  };
  // An address of TLS would put its own settings before these.
  const url = options.ca === undefined ? options.url : options.url.replace('rediss:', 'redis:');
  const redis = options.cluster
    ? // A cluster answers every command used here as a single server does.
      (new Cluster([url], {
        lazyConnect: true,
        clusterRetryStrategy: () => null,
        // Names are looked up where they are dialled.
        dnsLookup: (name, found) => found(null, name),
        redisOptions: settings,
      }) as unknown as Redis)
    : new Redis(url, settings);
  let failure: unknown;
  redis.on('error', (error) => {
    failure = error;
  });
  let connecting: Promise<void> | undefined;
  const connect = async (): Promise<void> => {
    failure = undefined;
    const refused = dials.watch();
    try {
      const ended = Promise.withResolvers<never>();
      redis.once('end', ended.reject);
      // A cluster that names no node ends without a word.
      await Promise.race([redis.connect(), ended.promise]).finally(() => redis.off('end', ended.reject));
      await assertKnownVersion(redis);
    } catch (caught) {
      // "Connection is closed" says less than what closed it.
      throw (
        refused() ??
        failure ??
        caught ??
        new MagusError('memory-unavailable', `The cluster at ${options.url} names no node.`)
      );
    } finally {
      connecting = undefined;
    }
  };
  return {
    redis,
    ready: async () => {
      if (redis.status === 'ready') return;
      connecting ??= connect();
      await connecting;
    },
  };
}

/**
 * One step on the server, so that the sets and the stream never miss a record or count it twice. A server that is full refuses the
 * first command only, so that comes before anything is deleted. What a newer OpenMagus keeps there is not touched.
 */
const putScript = `
local schema = redis.call('GET', KEYS[6])
if schema and tonumber(schema) > ${schemaVersion} then return redis.error_reply('NEWERSCHEMA ' .. schema) end
if not schema then redis.call('SET', KEYS[6], ${schemaVersion}) end
if redis.call('HGET', KEYS[1], 'digest') == ARGV[1] then return 0 end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[3])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'digest', ARGV[1], unpack(ARGV, 5))
redis.call('ZADD', KEYS[3], 0, ARGV[3])
redis.call('ZADD', KEYS[4], ARGV[2], ARGV[3])
redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[4], '*', 'put', ARGV[3])
return 1`;

async function putAll(redis: Redis, records: readonly MemoryRecord[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const record of records) {
    const { namespace } = record;
    const fields = toFields(record);
    const digest = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
    const keys = [
      hashKey(namespace, record.id),
      timeKey(namespace),
      idsKey(namespace),
      taskKey(namespace, record.taskId),
      streamKey(namespace),
      schemaKey(namespace),
    ];
    const time = Date.parse(record.at) || 0;
    pipeline.eval(
      putScript,
      keys.length,
      ...keys,
      digest,
      time,
      record.id,
      streamLength,
      ...Object.entries(fields).flat(),
    );
  }
  throwFirst(await pipeline.exec());
}

async function removeAll(redis: Redis, namespaces: readonly string[], ids: readonly string[]): Promise<void> {
  let removed = 0;
  for (const namespace of namespaces) {
    const schema = await redis.get(schemaKey(namespace));
    if (Number(schema ?? schemaVersion) > schemaVersion) throw newerSchema();
    const tasks = await Promise.all(ids.map((id) => redis.hget(hashKey(namespace, id), 'taskId')));
    const known = ids.flatMap((id, index) => {
      const taskId = tasks[index];
      return typeof taskId === 'string' ? [{ id, taskId }] : [];
    });
    const pipeline = redis.pipeline();
    for (const { id, taskId } of known) {
      pipeline.del(hashKey(namespace, id));
      pipeline.zrem(timeKey(namespace), id);
      pipeline.zrem(idsKey(namespace), id);
      pipeline.zrem(taskKey(namespace, taskId), id);
      pipeline.xadd(streamKey(namespace), 'MAXLEN', '~', streamLength, '*', 'remove', id);
    }
    throwFirst(await pipeline.exec());
    removed += known.length;
  }
  if (removed > 0) await rewriteFiles(redis);
}

/** The append-only file and the snapshot still hold what was removed until they are written anew. */
async function rewriteFiles(redis: Redis): Promise<void> {
  for (const node of redis.isCluster ? (redis as unknown as Cluster).nodes('master') : [redis]) {
    const persistence = await node.info('persistence');
    // Managed servers refuse it and do it in their own time.
    if (/aof_enabled:1/.test(persistence)) await node.bgrewriteaof().catch(() => undefined);
    else await node.bgsave('SCHEDULE').catch(() => undefined);
  }
}

async function search(redis: Redis, namespaces: readonly string[], { kinds, text, workspace, limit }: MemoryQuery) {
  if (!kinds.includes('episode')) return [];
  const pages = namespaces.map(async (namespace) =>
    read(redis, namespace, await redis.zrevrange(timeKey(namespace), 0, mostRanked - 1)),
  );
  const here = (await Promise.all(pages))
    .flat()
    .filter((record) => workspace === undefined || record.workspace === '' || record.workspace === workspace);
  return [{ channel: 'Redis', records: rankByWords(text, here, limit) }];
}

async function read(redis: Redis, namespace: string, ids: readonly string[]): Promise<readonly MemoryRecord[]> {
  if (ids.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const id of ids) pipeline.hgetall(hashKey(namespace, id));
  return throwFirst(await pipeline.exec()).flatMap((fields) => {
    const record = fromFields(fields as Record<string, string>);
    return record ? [record] : [];
  });
}

function throwFirst(results: readonly [Error | null, unknown][] | null): readonly unknown[] {
  return (results ?? []).map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

const prefix = (namespace: string): string => `openmagus:{${namespace.replaceAll(/[{}]/g, '')}}`;
const hashKey = (namespace: string, id: string): string => `${prefix(namespace)}:episode:${id}`;
const timeKey = (namespace: string): string => `${prefix(namespace)}:by-time`;
const idsKey = (namespace: string): string => `${prefix(namespace)}:by-id`;
const taskKey = (namespace: string, taskId: string): string => `${prefix(namespace)}:task:${taskId}`;
const schemaKey = (namespace: string): string => `${prefix(namespace)}:schema`;
const streamKey = (namespace: string): string => `${prefix(namespace)}:stream`;

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
