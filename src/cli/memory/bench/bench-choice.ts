import { afterUse, successProbability } from '../../../core/memory/success.ts';
import type { Figures } from '../bench-memories.ts';

/** One long life of 1,000 runs, and short ones in which there is hardly time to learn. */
const lives = [
  { name: '1,000 runs', simulations: 20, uses: 1000 },
  { name: '60 runs', simulations: 1000, uses: 60 },
] as const;
type Life = (typeof lives)[number];

/** Four ways to do the same; similarity prefers one at random each time, and the best way breaks midway. */
const chances = [0.9, 0.75, 0.6, 0.4];
const broken = 0.1;

/** How often the way that is taken works, many lives over: by similarity alone, and by the record as recall ranks it. */
export function benchChoice(): Figures {
  const bySimilarity: Choice = (similarities) => indexOfBest(similarities);
  const bySuccess: Choice = (similarities, records) =>
    indexOfBest(records.map((record, index) => worthOf(record, similarities[index])));
  return lives.flatMap((life) => [
    [`workflow choice, ${life.name}, similarity alone`, successShare(life, bySimilarity).toFixed(3)] as const,
    [`workflow choice, ${life.name}, decayed success`, successShare(life, bySuccess).toFixed(3)] as const,
  ]);
}

type Record = Parameters<typeof afterUse>[0];
type Choice = (similarities: readonly number[], records: readonly Record[]) => number;

function worthOf(record: Record, similarity = 0): number {
  return record.status === 'retired' ? -1 : successProbability(record) + similarity / 1000;
}

function successShare({ simulations, uses }: Life, choose: Choice): number {
  const random = seeded(1);
  let successes = 0;
  for (let simulation = 0; simulation < simulations; simulation += 1) {
    const records = chances.map((): Record => ({ runs: 0, successes: 0, tried: 0, won: 0, status: 'candidate' }));
    for (let use = 0; use < uses; use += 1) {
      const chosen = choose(chances.map(random), records);
      const chance = chosen === 0 && use >= uses / 2 ? broken : (chances[chosen] ?? 0);
      const success = random() < chance;
      const record = records[chosen];
      if (record) records[chosen] = afterUse(record, success);
      if (success) successes += 1;
    }
  }
  return successes / (simulations * uses);
}

function indexOfBest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
