import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';

/** What ioredis or the server said, in words that name the next step. */
export function fromRedis(caught: unknown, url: string): MagusError {
  if (isMagusError(caught)) return caught;
  const text = messageOf(caught);
  const place = `Redis at ${url.replace(/\/\/[^@/]*@/, '//')}`;
  // A server without TLS does not understand the greeting and waits for its end.
  const silence = url.startsWith('rediss:') && /ETIMEDOUT|Connection is closed/.test(text) ? `TLS ${text}` : text;
  const known = causes.find(([pattern]) => pattern.test(silence));
  const [, code, words] = known ?? [/./, 'UNREACHABLE', `did not answer (${text}). Start it, or mend its address.`];
  return new MagusError('memory-unavailable', `${place} ${words}`, {
    code,
    retryable: !['AUTH', 'TLS', 'VERSION', 'NEWER_SCHEMA'].includes(code),
    cause: caught,
  });
}

const newer = 'holds episodes of a newer OpenMagus. Nothing is written there. Update OpenMagus on this machine.';

export function newerSchema(): MagusError {
  return new MagusError('memory-unavailable', `Redis ${newer}`, { code: 'NEWER_SCHEMA' });
}

export function tooOld(version: string): MagusError {
  return new MagusError('memory-unavailable', `Redis ${version} ${old}`, { code: 'VERSION' });
}

const old = 'is too old. Update it: OpenMagus needs Redis 6.2 or later.';

const causes: readonly (readonly [RegExp, string, string])[] = [
  [
    /WRONGPASS|NOAUTH|invalid password|AUTH .*called without any password/i,
    'AUTH',
    'refused the password. Set the right one; without a password on the server, remove it.',
  ],
  [/NOPERM/, 'AUTH', 'does not let this user do it. Give the user the commands on openmagus:* keys.'],
  [/NEWERSCHEMA/, 'NEWER_SCHEMA', newer],
  [/unknown command|ERR syntax|wrong number of arguments/i, 'VERSION', old],
  [
    /certificate|self.signed|altname|SSL|TLS|wrong version number|packet length/i,
    'TLS',
    'could not be reached by TLS. Use rediss:// only where the server speaks TLS, with a certificate this machine trusts.',
  ],
  [
    /Protocol error|ECONNRESET|Parser/i,
    'TLS',
    'broke the connection off. If it wants TLS, its address begins with rediss://.',
  ],
  [/OOM command not allowed/, 'FULL', 'is full. Give it more memory (maxmemory).'],
  [
    /MISCONF|READONLY|LOADING|File too large|No space left/,
    'NOT_WRITABLE',
    'takes no writes now. Look at its log: the disk may be full, or it is a read-only copy.',
  ],
  [
    /CROSSSLOT|MOVED|cluster support disabled|ASK /,
    'CLUSTER',
    'is part of a cluster, or is none though it was named so. Set or remove "cluster": true.',
  ],
];
