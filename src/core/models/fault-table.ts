import type { Fault } from './faults.ts';

export interface FaultRule {
  /** How often the same deployment is asked again. */
  readonly again: number;
  /** Where the request goes next; `rest-of-groups` is every deployment not yet asked. */
  readonly elsewhere: 'rest-of-groups' | 'context-fallbacks' | 'nowhere';
  /** Asked again before the others: what failed was this answer, not the server. */
  readonly sameFirst?: boolean;
  readonly coolDown: 'none' | 'on-failure-rate' | 'at-once' | 'as-told' | 'quarter-hour' | 'until-changed';
  /** When text had been shown already. */
  readonly afterOutput: 'continue' | 'fail';
}

/** What is done about each fault. The words of docs/models.md are made of these lines. */
export const faultTable: Readonly<Record<Fault, FaultRule>> = {
  network: { again: 2, elsewhere: 'rest-of-groups', coolDown: 'on-failure-rate', afterOutput: 'continue' },
  'first-byte-late': { again: 1, elsewhere: 'rest-of-groups', coolDown: 'at-once', afterOutput: 'continue' },
  stalled: { again: 1, elsewhere: 'rest-of-groups', coolDown: 'on-failure-rate', afterOutput: 'continue' },
  truncated: {
    again: 1,
    elsewhere: 'rest-of-groups',
    sameFirst: true,
    coolDown: 'none',
    afterOutput: 'continue',
  },
  protocol: { again: 1, elsewhere: 'rest-of-groups', coolDown: 'on-failure-rate', afterOutput: 'fail' },
  // How often is decided by the time that may be waited, not by a number.
  rate: { again: Number.POSITIVE_INFINITY, elsewhere: 'rest-of-groups', coolDown: 'as-told', afterOutput: 'continue' },
  overloaded: { again: 2, elsewhere: 'rest-of-groups', coolDown: 'on-failure-rate', afterOutput: 'continue' },
  server: { again: 2, elsewhere: 'rest-of-groups', coolDown: 'on-failure-rate', afterOutput: 'continue' },
  quota: { again: 0, elsewhere: 'rest-of-groups', coolDown: 'quarter-hour', afterOutput: 'fail' },
  auth: { again: 0, elsewhere: 'rest-of-groups', coolDown: 'until-changed', afterOutput: 'fail' },
  'model-not-found': { again: 0, elsewhere: 'rest-of-groups', coolDown: 'until-changed', afterOutput: 'fail' },
  'model-unloaded': { again: 1, elsewhere: 'rest-of-groups', sameFirst: true, coolDown: 'none', afterOutput: 'fail' },
  'context-too-long': { again: 0, elsewhere: 'context-fallbacks', coolDown: 'none', afterOutput: 'fail' },
  'content-refused': { again: 0, elsewhere: 'rest-of-groups', coolDown: 'none', afterOutput: 'fail' },
  'bad-request': { again: 1, elsewhere: 'nowhere', sameFirst: true, coolDown: 'none', afterOutput: 'fail' },
  misconfigured: { again: 0, elsewhere: 'rest-of-groups', coolDown: 'until-changed', afterOutput: 'fail' },
};
