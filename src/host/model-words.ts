import type { DeploymentPicture, ServedModelPicture } from '../protocol/model-picture.ts';

const icons: Readonly<Record<DeploymentPicture['state'], string>> = {
  ready: 'circle-outline',
  busy: 'sync',
  cooling: 'watch',
  off: 'circle-slash',
};

export function stateIcon({ state, answers }: DeploymentPicture): string {
  return state === 'ready' && answers > 0 ? 'pass' : icons[state];
}

/** State, price, room, speed and cache hits in one line. */
export function describeDeployment(member: DeploymentPicture): string {
  const { state, coolMs, price, contextTokens, firstTextMs, cachedShare, answers, failures } = member;
  return [
    state === 'cooling' && coolMs !== undefined ? `left alone for ${Math.ceil(coolMs / 1000)} s` : stateWords[state],
    price ? (price.input + price.output === 0 ? 'free' : `$${price.input}/$${price.output}`) : '',
    `${Math.round(contextTokens / 1000)}k tokens`,
    firstTextMs === undefined ? '' : `first text after ${(firstTextMs / 1000).toFixed(1)} s`,
    cachedShare === undefined ? '' : `${Math.round(cachedShare * 100)} % from the cache`,
    answers + failures === 0 ? '' : `${answers} answers, ${failures} failures`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** In memory or not, size, room, last use: what a server of the user's own says of one of its models. */
export function describeServed(model: Omit<ServedModelPicture, 'id' | 'name'>, now: number): string {
  const { loaded, sizeBytes, contextTokens, lastUsedAt, expiresAt } = model;
  return [
    loaded === undefined ? '' : loaded ? 'loaded' : 'not loaded',
    sizeBytes === undefined ? '' : `${(sizeBytes / 1e9).toFixed(1)} GB`,
    contextTokens === undefined ? '' : `${Math.round(contextTokens / 1000)}k tokens`,
    lastUsedAt === undefined ? '' : `last used ${minutes(now - lastUsedAt)} ago`,
    loaded && expiresAt !== undefined && expiresAt > now ? `unloads in ${minutes(expiresAt - now)}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.max(0, Math.round(ms / 1000))} s` : `${Math.round(ms / 60_000)} min`;
}

const stateWords: Readonly<Record<DeploymentPicture['state'], string>> = {
  ready: '',
  busy: 'busy',
  cooling: 'left alone',
  off: 'switched off',
};
