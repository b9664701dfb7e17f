import type { ApiCall } from '../../core/api/api-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import { parseRecord } from '../../core/parse-json.ts';
import { type Authorized, assertAuthorized } from '../../core/security/authorized.ts';
import { keepsSecrets } from '../../core/security/host-list.ts';
import type { Web } from '../../core/web-port.ts';
import type { ApiAuth } from '../../protocol/api-configuration.ts';

export interface KeyParts {
  readonly web: Web;
  readonly secretOf: (name: string) => Promise<string | undefined>;
  /** Values that come to light here and must not be shown. */
  readonly onSecret: (value: string) => void;
}

type OAuth2 = Extract<ApiAuth, { kind: 'oauth2' }>;

/** Tokens of this process, by client and address, each until shortly before it expires. */
const tokens = new Map<string, { readonly value: string; readonly untilMs: number }>();
const spareMs = 30_000;

/** The header with the key, for the configured host alone and never in the clear but on this machine. */
export async function authorizationOf(
  parts: KeyParts,
  authorized: Authorized,
  { api, url }: ApiCall,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { auth, baseURL, name } = api;
  if (!auth) return {};
  assertAuthorized(authorized, 'read', `secret ${auth.secret}`);
  if (baseURL === undefined || new URL(baseURL).origin !== url.origin || !keepsSecrets(url))
    throw new MagusError(
      'permission-denied',
      baseURL === undefined
        ? `The API ${name} has a key, so its configuration must say where that may go: ask the user to set "baseURL".`
        : `The key of ${name} goes to ${new URL(baseURL).origin} alone, by https.`,
      { code: 'WRONG_HOST' },
    );
  const secret = (await parts.secretOf(auth.secret))?.trim();
  if (!secret)
    throw new MagusError(
      'configuration',
      `There is no secret ${auth.secret} for the API ${name}. Ask the user to set it.`,
      {
        code: 'NO_SECRET',
      },
    );
  parts.onSecret(secret);
  switch (auth.kind) {
    case 'bearer':
      return { authorization: `Bearer ${secret}` };
    case 'basic': {
      const pair = Buffer.from(`${auth.user}:${secret}`).toString('base64');
      parts.onSecret(pair);
      return { authorization: `Basic ${pair}` };
    }
    case 'header':
      return { [auth.header.toLowerCase()]: secret };
    case 'oauth2':
      return { authorization: `Bearer ${await tokenOf(parts, authorized, { auth, secret }, signal)}` };
    default:
      return auth satisfies never;
  }
}

async function tokenOf(
  { web, onSecret }: KeyParts,
  authorized: Authorized,
  { auth, secret }: { readonly auth: OAuth2; readonly secret: string },
  signal: AbortSignal,
): Promise<string> {
  const key = JSON.stringify([auth.tokenURL, auth.clientId, auth.scope, secret]);
  const known = tokens.get(key);
  if (known && known.untilMs > Date.now()) return known.value;
  const url = new URL(auth.tokenURL);
  if (!keepsSecrets(url))
    throw new MagusError('configuration', `"tokenURL" must be https: ${url.origin}.`, { code: 'WRONG_HOST' });
  const pair = Buffer.from(`${encodeURIComponent(auth.clientId)}:${encodeURIComponent(secret)}`).toString('base64');
  onSecret(pair);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(auth.scope === undefined ? {} : { scope: auth.scope }),
  }).toString();
  const headers = {
    authorization: `Basic ${pair}`,
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  };
  const answer = await web.request(
    authorized,
    { url, method: 'POST', headers, body, maxBytes: 1_000_000, timeoutMs: 30_000 },
    signal,
  );
  const { access_token: value, expires_in: seconds } = parseRecord(new TextDecoder().decode(answer.body));
  if (answer.status !== 200 || typeof value !== 'string')
    throw new MagusError(
      'tool-failed',
      `${url.host} gave no token (${answer.status}). Ask the user to look at the client and its secret.`,
      {
        code: 'NO_TOKEN',
      },
    );
  onSecret(value);
  tokens.set(key, { value, untilMs: Date.now() + Number(seconds ?? 300) * 1000 - spareMs });
  return value;
}
