import type { Effect } from '../../protocol/effects.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';
import { authorize } from './authorize.ts';
import type { Authorized } from './authorized.ts';

/** Lets happen what a person asked for outside of any task, unless a rule denies it; `title` says what, as in "Start shop". */
export async function saidByPerson(
  { hash, policy, people }: Pick<Ports, 'hash' | 'policy' | 'people'>,
  title: string,
  effect: Effect,
  signal: AbortSignal,
): Promise<Authorized> {
  const outcome = await authorize(
    { hash, policy, people: { ...people, approve: async () => true } },
    {
      taskId: 'connectors',
      callId: title,
      title,
      effects: [effect],
      trusted: true,
      approve: 'ask',
      granted: new Set(),
    },
    signal,
  );
  if (outcome.authorized) return outcome.authorized;
  throw new MagusError('permission-denied', `A rule of yours does not allow it: ${title}.`);
}
