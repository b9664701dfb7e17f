import type { Effect } from '../../protocol/effects.ts';
import type { Hash } from '../ports.ts';
import type { ApiCall, ConfiguredApi } from './api-port.ts';

/** Fetching the document of an API from where the user configured it. */
export function documentEffect({ spec }: ConfiguredApi): Effect {
  return { verb: 'connect', object: new URL(spec).href, zone: 'outside', approvedBefore: true };
}

/** A call that may change something is bound to its very bytes; the key is read, and the token fetched, as configured. */
export function callEffects(
  hash: Pick<Hash, 'sha256'>,
  { api, method, url, headers, body = '' }: ApiCall,
): readonly Effect[] {
  const looks = method === 'GET' || method === 'HEAD';
  const bytes = looks ? '' : hash.sha256(JSON.stringify([method, headers, body])).slice(0, 16);
  const changes = `a ${method} to ${url.host} (${api.name}), which may change something there (${body.length} characters, ${bytes})`;
  const effects: Effect[] = [
    { verb: 'connect', object: url.href, zone: 'outside', ...(looks ? {} : { protects: changes }) },
  ];
  const { auth } = api;
  if (auth) effects.push({ verb: 'read', object: `secret ${auth.secret}`, zone: 'own' });
  if (auth?.kind === 'oauth2')
    effects.push({ verb: 'connect', object: new URL(auth.tokenURL).href, zone: 'outside', approvedBefore: true });
  return effects;
}
