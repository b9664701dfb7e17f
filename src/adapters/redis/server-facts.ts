import type { Redis } from 'ioredis';
import { tooOld } from './redis-error.ts';

const oldest = 6.2;

/** Throws where the server is too old; one that hides its facts, as managed ones do, is taken as it is. */
export async function assertKnownVersion(redis: Redis): Promise<void> {
  if (redis.isCluster) return;
  const facts = await redis.info('server').catch(() => '');
  const [, version = ''] = /redis_version:(\d+\.\d+)/.exec(facts) ?? [];
  if (version !== '' && Number.parseFloat(version) < oldest) throw tooOld(version);
}

/** What a crash or a full memory would cost on this server, in words; nothing when it keeps what it answered for. */
export async function durabilityWarnings(redis: Redis): Promise<readonly string[]> {
  const settings = await redis.config('GET', 'append*', 'maxmemory*').catch(() => undefined);
  // Managed servers hide CONFIG; their own page tells.
  if (settings === undefined) return [];
  const values = toMap(settings);
  const warnings: string[] = [];
  if (values.get('appendonly') === 'no')
    warnings.push(
      'Redis would lose episodes in a crash: its append-only file is off. Turn it on: redis-cli CONFIG SET appendonly yes, and the same in redis.conf.',
    );
  else if (values.get('appendfsync') === 'no')
    warnings.push('Redis writes to disk only when the system likes to. Set appendfsync to everysec.');
  const policy = values.get('maxmemory-policy') ?? 'noeviction';
  if (policy !== 'noeviction' && values.get('maxmemory') !== '0')
    warnings.push(
      `Redis throws episodes away when its memory is full (maxmemory-policy ${policy}). Set maxmemory-policy to noeviction.`,
    );
  return warnings;
}

function toMap(reply: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(reply)) return new Map(Object.entries(reply as Record<string, string>));
  const map = new Map<string, string>();
  for (let index = 0; index < reply.length; index += 2) map.set(String(reply[index]), String(reply[index + 1]));
  return map;
}
