import type { Effect, Label } from '../../protocol/effects.ts';
import type { Taint } from './policy.ts';
import { isSecretFile } from './sandbox.ts';
import { secretName } from './secret-paths.ts';

/** Sources that are named to a person; of more only that there are. */
const mostSources = 20;

/**
 * Where the answer of a call with these effects comes from, when that is not the trusted workspace: another host, a place
 * outside, a command that reached out, a file with secrets.
 */
export function labelOf(effects: readonly Effect[]): Label | undefined {
  const outside = effects.find(reachesOut);
  const secret = effects.find(({ verb, object }) => verb === 'read' && holdsSecrets(object));
  if (outside === undefined && secret === undefined) return undefined;
  return {
    source: (outside ?? secret)?.object.slice(0, 300) ?? '',
    ...(outside === undefined ? {} : { integrity: 'untrusted' }),
    ...(secret === undefined ? {} : { secrecy: 'secret' }),
  };
}

function holdsSecrets(path: string): boolean {
  return isSecretFile(path) || secretName(path) !== undefined;
}

function reachesOut({ verb, zone, protects, fromOutside }: Effect): boolean {
  if (verb === 'connect' || fromOutside) return true;
  return (verb === 'read' && zone === 'outside') || (verb === 'run' && protects === 'the network');
}

/** The context once this has entered it as well: what is worst in it counts. */
export function joinTaint(taint: Taint, { source, integrity, secrecy }: Label): Taint {
  const fresh = integrity === 'untrusted' && !taint.sources.includes(source) && taint.sources.length < mostSources;
  return {
    integrity: integrity ?? taint.integrity,
    secrecy: secrecy ?? taint.secrecy,
    sources: fresh ? [...taint.sources, source] : taint.sources,
  };
}

/** For a person who is asked something by a context that is not trusted: "Asked for after reading https://… (untrusted)." */
export function taintWords({ integrity, sources }: Taint): string | undefined {
  if (integrity !== 'untrusted') return undefined;
  const more = sources.length > 3 ? ` and ${sources.length - 3} more` : '';
  return `Asked for after reading ${sources.slice(-3).join(', ') || 'something from outside'}${more} (untrusted).`;
}
