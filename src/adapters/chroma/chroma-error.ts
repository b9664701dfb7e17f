import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';

/** What chromadb or the server said, in words that name the next step. */
export function fromChroma(caught: unknown, url: string): MagusError {
  if (isMagusError(caught)) return caught;
  const text = `${nameOf(caught)} ${textOf(caught)}`;
  const known = causes.find(([pattern]) => pattern.test(text));
  const [, code, words] = known ?? [/./, 'UNREACHABLE', `did not do it (${textOf(caught)}). Look at the server's log.`];
  return new MagusError('memory-unavailable', `Chroma at ${url} ${words}`, {
    code,
    retryable: code === 'UNREACHABLE' || code === 'FULL',
    cause: caught,
  });
}

const causes: readonly (readonly [RegExp, string, string])[] = [
  [
    /certificate|self.signed|altname|SSL|ERR_TLS|wrong version number|packet length/i,
    'TLS',
    'could not be reached by TLS. Use https:// only where the server speaks TLS, with a certificate this machine trusts.',
  ],
  [/Unauthorized|Forbidden|\b40[13]\b/i, 'AUTH', 'refused the token. Set the right one.'],
  [
    /dimension/i,
    'DIMENSION',
    'holds vectors of another dimension under this name. Name the embedding model as before, or remove the collection and fill it again: openmagus memory replay',
  ],
  [
    /tenant|database .*(?:not found|does not exist)/i,
    'DATABASE',
    'has no such tenant or database. Mend "tenant" and "database".',
  ],
  [
    /v1 API is deprecated|api\/v2|HTTP 4(?:04|05|10)\b/i,
    'VERSION',
    'does not speak the interface that OpenMagus knows (v2). Update Chroma where it is older than 1.0; where it is newer than this OpenMagus, update OpenMagus.',
  ],
  [
    /No space left|disk is full|disk full|ENOSPC|disk I\/O error/i,
    'FULL',
    'has a full disk. Free some space there and start it again.',
  ],
  [
    /ECONN|ENOTFOUND|EAI_AGAIN|fetch failed|Connection|socket|connect/i,
    'UNREACHABLE',
    'did not answer. Start it, or mend its address.',
  ],
];

function nameOf(caught: unknown): string {
  return caught instanceof Error ? caught.name : '';
}

/** The reason of a failed fetch hides in its causes. */
function textOf(caught: unknown): string {
  if (!(caught instanceof Error)) return String(caught);
  const cause = caught.cause === undefined ? '' : `: ${textOf(caught.cause)}`;
  const code = 'code' in caught ? ` ${String(caught.code)}` : '';
  return `${caught.message}${code}${cause}`;
}
