import type { Effect } from '../../protocol/effects.ts';
import { MagusError } from '../errors/magus-error.ts';

const brand: unique symbol = Symbol.for('openmagus.authorized');

/** Proof that these very effects were decided; only `core/security/authorize.ts` makes one. */
export interface Authorized {
  readonly [brand]: true;
  readonly effects: readonly Effect[];
  readonly hash: string;
}

/** Called by `authorize` alone. */
export function sealAuthorized(effects: readonly Effect[], hash: string): Authorized {
  return Object.freeze({ [brand]: true as const, effects: Object.freeze([...effects]), hash });
}

/** Adapters call this before they act: the effect as it was decided. Throws `permission-denied` unless exactly this one was. */
export function assertAuthorized(authorized: Authorized, verb: Effect['verb'], object: string): Effect {
  const sealed = typeof authorized === 'object' && authorized !== null && authorized[brand] === true;
  const decided = sealed
    ? authorized.effects.find((effect) => effect.verb === verb && effect.object === object)
    : undefined;
  if (decided !== undefined) return decided;
  throw new MagusError('permission-denied', `This ${verb} of ${object} was not decided by the policy.`, {
    code: 'UNDECIDED',
  });
}
