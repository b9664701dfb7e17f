import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { planFault, runnableSteps, takenIdFault, writesMeet } from '../../../../src/core/task/plan-graph.ts';
import type { TaskEvent } from '../../../../src/protocol/task-event.ts';
import { planned, replied, stateOf, step, stepEnded } from './logs.ts';

describe('a plan', () => {
  const faults: readonly (readonly [string, Parameters<typeof planFault>[0]['steps'], RegExp])[] = [
    ['no steps', [], /at least one/],
    [
      '100 steps',
      Array.from({ length: 100 }, (_, index) => step(`s${index}`)),
      /100 steps, at most 40.*Put small ones/,
    ],
    ['the same id twice', [step('a'), step('a')], /same id/],
    ['an unknown dependency', [step('a', { after: ['z'] })], /comes after z.*Name a step/],
    ['a step after itself', [step('a', { after: ['a'] })], /wait for each other/],
    [
      'a cycle',
      [step('x'), step('a', { after: ['c'] }), step('b', { after: ['a'] }), step('c', { after: ['b'] })],
      /a, b, c wait.*Break the cycle/,
    ],
    ["an id that is the Planner's", [step('plan')], /cannot have the id plan/],
    ['an id with a colon', [step('a:check')], /colon/],
  ];
  for (const [what, steps, message] of faults) {
    it(`with ${what} is refused in words that say what to do`, () => {
      assert.match(planFault({ steps }) ?? '', message);
    });
  }

  it('is good exactly when its steps can be put into an order', () => {
    const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const steps = Array.from({ length: 8 }, (_, index) =>
          step(`s${index}`, { after: pairs.filter(([from]) => from === index).map(([, to]) => `s${to}`) }),
        );
        const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
          pairs.some(
            ([one, other]) =>
              one === from && (other === to || (!seen.has(other) && reaches(other, to, seen.add(other)))),
          );
        const cyclic = steps.some((_, index) => reaches(index, index));
        assert.equal(planFault({ steps }) !== undefined, cyclic);
      }),
    );
  });

  it('may not use an id that had a conversation before', () => {
    const state = stateOf(planned(step('a'), step('b')), replied('a', []));
    assert.match(takenIdFault(state, [step('c'), step('a')]) ?? '', /The id a was used before/);
    assert.equal(takenIdFault(state, [step('b'), step('c')]), undefined);
  });
});

describe('steps that can run now', () => {
  const runnable = (...events: readonly (TaskEvent | readonly TaskEvent[])[]): readonly string[] =>
    runnableSteps(stateOf(...events).steps, 3).map(({ id }) => id);

  it('are those whose dependencies have ended well', () => {
    const steps = planned(
      step('a', { writes: ['a'] }),
      step('b', { writes: ['b'], after: ['a'] }),
      step('c', { writes: ['c'] }),
    );
    assert.deepEqual(runnable(steps), ['a', 'c']);
    assert.deepEqual(runnable(steps, stepEnded('a', 'unverified')), ['b', 'c']);
    assert.deepEqual(runnable(steps, stepEnded('a', 'failed')), ['c']);
  });

  it('are not more than asked for, and never two that may write the same file', () => {
    const many = planned(...['a', 'b', 'c', 'd'].map((id) => step(id, { writes: [`${id}/**`] })));
    assert.deepEqual(runnable(many), ['a', 'b', 'c']);
    assert.deepEqual(runnable(planned(step('a', { writes: ['src/**'] }), step('b', { writes: ['src/x.ts'] }))), ['a']);
    assert.deepEqual(runnable(planned(step('a'), step('b', { writes: ['x'] }))), ['a']);
  });

  it('go on when they were running', () => {
    assert.deepEqual(runnable(planned(step('a')), { type: 'step-started', stepId: 'a' }), ['a']);
  });
});

describe('writes', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['src/a.ts', 'src/a.ts', true],
    ['src/a.ts', './src/a.ts', true],
    ['src/a.ts', 'src/A.ts', true],
    ['src/a.ts', 'src/b.ts', false],
    ['src/**', 'test/**', false],
    ['src/**', 'src/deep/**', true],
    ['src', 'src/a.ts', true],
    ['src/', 'src/a.ts', true],
    ['src', 'srcs/a.ts', false],
    ['src\\a.ts', 'src/a.ts', true],
    ['**/*.md', 'src/a.ts', true],
    ['src/{a,b}.ts', 'src/a.ts', true],
    ['src/+(a|b).ts', 'src/a.ts', true],
    ['src/../lib/a.ts', 'lib/a.ts', true],
    ['/etc/hosts', 'src/a.ts', true],
    ['.', 'src/a.ts', true],
  ];
  for (const [one, other, meet] of table) {
    it(`${one} and ${other} ${meet ? 'may meet' : 'never meet'}`, () => {
      assert.equal(writesMeet(step('a', { writes: [one] }), step('b', { writes: [other] })), meet);
      assert.equal(writesMeet(step('b', { writes: [other] }), step('a', { writes: [one] })), meet);
    });
  }
});
