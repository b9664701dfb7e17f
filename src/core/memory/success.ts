import type { Workflow } from '../../protocol/memory.ts';

/** What a use counts after the next one: in a drifting simulation this finds the new best way soonest without forgetting the old. */
const decay = 0.97;
const leastUsesToRetire = 5;
const leastProbability = 0.25;

type Record = Pick<Workflow, 'runs' | 'successes' | 'tried' | 'won' | 'status'>;

/** Laplace mean of the decayed record: an untried workflow counts as one half. Not a lower bound, which starves the new. */
export function successProbability({ won, tried }: Pick<Workflow, 'won' | 'tried'>): number {
  return (won + 1) / (tried + 2);
}

/** The record after one more use. A candidate becomes a workflow at its second success; one that keeps failing is retired. */
export function afterUse<Known extends Record>(known: Known, success: boolean): Known {
  const used = {
    ...known,
    runs: known.runs + 1,
    successes: known.successes + (success ? 1 : 0),
    tried: known.tried * decay + 1,
    won: known.won * decay + (success ? 1 : 0),
  };
  return { ...used, status: statusOf(used) };
}

function statusOf(record: Record): Workflow['status'] {
  if (record.runs >= leastUsesToRetire && successProbability(record) < leastProbability) return 'retired';
  return record.status === 'active' || record.successes >= 2 ? 'active' : 'candidate';
}
