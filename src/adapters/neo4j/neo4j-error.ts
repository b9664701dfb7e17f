import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';

/** What the driver or the server said, in words that name the next step. */
export function fromNeo4j(caught: unknown, url: string): MagusError {
  if (isMagusError(caught)) return caught;
  const text = messageOf(caught);
  const name = typeof caught === 'object' && caught !== null && 'code' in caught ? String(caught.code) : '';
  const known = causes.find(([pattern]) => pattern.test(`${name} ${text}`));
  const [, code, words] = known ?? [/./, 'UNREACHABLE', `did not do it (${text}). Look at the server's log.`];
  return new MagusError('memory-unavailable', `Neo4j at ${url} ${words}`, {
    code,
    retryable: code === 'UNREACHABLE' || code === 'FULL',
    cause: caught,
  });
}

const unreachable = 'did not answer. Start it, or mend its address.';

const causes: readonly (readonly [RegExp, string, string])[] = [
  // The driver speaks of encryption whatever the reason.
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH/, 'UNREACHABLE', unreachable],
  [/Security\.CredentialsExpired/, 'AUTH', 'wants its first password changed. Change it: cypher-shell -u neo4j'],
  [
    /Security\.AuthenticationRateLimit/,
    'AUTH',
    'was asked with a wrong password too often. Set the right one and wait a minute.',
  ],
  [/Security\.Unauthorized|authentication failure/i, 'AUTH', 'refused the user or the password. Set the right ones.'],
  [
    /Security\.Forbidden/,
    'AUTH',
    'does not let this user do it. Give the user the rights to write and to make indexes.',
  ],
  [
    /DatabaseNotFound|DatabaseUnavailable|does not exist/i,
    'DATABASE',
    'has no such database. Mend "database"; the community edition has only "neo4j".',
  ],
  [
    /certificate|self.signed|altname|SSL|TLS|wrong version number|packet length|encrypt/i,
    'TLS',
    'could not be reached by TLS. Addresses with TLS begin with bolt+s:// or neo4j+s://, with +ssc:// for a certificate of its own; without, bolt://.',
  ],
  [
    /unsupported by|HTTP|protocol version|ProtocolError|handshake/i,
    'VERSION',
    'does not speak a version of Bolt that OpenMagus knows. Give the Bolt port (7687, not 7474). Update Neo4j where it is older than 4.4; where it is newer than this OpenMagus, update OpenMagus.',
  ],
  [
    /No space left|File too large|disk|TransactionLogError|critical error/i,
    'FULL',
    'cannot write. Look at its log: the disk may be full. Free some space and start it again.',
  ],
  [/SyntaxError|ProcedureNotFound/, 'VERSION', 'is too old. OpenMagus needs Neo4j 4.4 or later.'],
  [/ServiceUnavailable|SessionExpired|ECONN|connect|acquisition/i, 'UNREACHABLE', unreachable],
];
