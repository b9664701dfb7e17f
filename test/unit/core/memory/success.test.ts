import assert from 'node:assert/strict';
import { afterUse, successProbability } from '../../../../src/core/memory/success.ts';

const fresh = { runs: 0, successes: 0, tried: 0, won: 0, status: 'candidate' as const };

describe('the record of a workflow', () => {
  it('makes a candidate a workflow at its second success', () => {
    const once = afterUse(fresh, true);
    assert.equal(once.status, 'candidate');
    assert.equal(afterUse(afterUse(once, false), true).status, 'active');
  });

  it('retires what keeps failing, not before the fifth use', () => {
    let record: Parameters<typeof afterUse>[0] = fresh;
    for (let use = 1; use <= 5; use += 1) {
      record = afterUse(record, false);
      assert.equal(record.status, use < 5 ? 'candidate' : 'retired');
    }
    assert.ok(successProbability(record) < 0.25);
  });

  it('forgets old successes: two failures weigh more than one long ago', () => {
    let record: Parameters<typeof afterUse>[0] = fresh;
    for (let use = 0; use < 100; use += 1) record = afterUse(record, true);
    const before = successProbability(record);
    for (let use = 0; use < 30; use += 1) record = afterUse(record, false);
    assert.ok(before > 0.95);
    assert.ok(successProbability(record) < 0.45, String(successProbability(record)));
  });

  /** Three ways to do it; the best breaks midway. Each run takes what its record says is best. */
  it('finds another best way when the best one breaks midway', () => {
    const random = seeded(7);
    const similarity = [0.9, 0.8, 0.7];
    const runs = 1000;
    let successes = 0;
    const chances = [0.85, 0.7, 0.5];
    for (let trial = 0; trial < 20; trial += 1) {
      const records = chances.map((): Parameters<typeof afterUse>[0] => fresh);
      for (let run = 0; run < runs / 20; run += 1) {
        const broken = run >= runs / 40;
        const order = records
          .map((record, index) => ({ index, chance: record.status === 'retired' ? 0 : successProbability(record) }))
          .sort((a, b) => b.chance - a.chance || (similarity[b.index] ?? 0) - (similarity[a.index] ?? 0));
        const chosen = order[0]?.index ?? 0;
        const success = random() < (chosen === 0 && broken ? 0.1 : (chances[chosen] ?? 0));
        records[chosen] = afterUse(records[chosen] ?? fresh, success);
        if (success) successes += 1;
      }
    }
    assert.ok(successes / runs >= 0.55, `${successes / runs}`);
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
