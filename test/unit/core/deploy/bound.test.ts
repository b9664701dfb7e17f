import assert from 'node:assert/strict';
import { systemHash } from '../../../../src/adapters/system/system.ts';
import { boundEnvironment, changesSince, digestOf, sortedJson } from '../../../../src/core/deploy/bound.ts';
import type { DeployPlan } from '../../../../src/core/deploy/deployment.ts';

const plan: DeployPlan = {
  planId: '0123456789ab',
  taskId: 'task',
  target: 'site',
  settings: { kind: 'rsync', source: 'public', host: 'web.example', path: '/srv/site' },
  environment: 'staging',
  environmentCounts: false,
  object: 'web.example:/srv/site',
  names: ['staging'],
  root: '/work',
  madeAtMs: 1000,
  apply: [{ line: 'rsync a b', words: ['rsync', 'a', 'b'], accepts: [] }],
  rollback: { commands: [], note: '' },
  health: { url: 'https://web.example/', withinS: 30 },
  difference: '+ a',
  places: ['public'],
  bound: { files: { a: '1' }, environment: { PATH: '2' }, identity: { 'host key': '3' } },
  targetHash: 'ab',
  known: false,
};

describe('what a plan is bound to', () => {
  it('gives another digest for whatever is another', () => {
    const digest = digestOf(systemHash, plan);
    assert.match(digest, /^[0-9a-f]{64}$/);
    const others: readonly Partial<DeployPlan>[] = [
      { planId: 'ffffffffffff' },
      { taskId: 'other' },
      { environment: 'production' },
      { root: '/elsewhere' },
      { madeAtMs: 1001 },
      { apply: [{ line: 'rsync a c', words: ['rsync', 'a', 'b'], accepts: [] }] },
      { apply: [...plan.apply, ...plan.apply] },
      { rollback: { commands: plan.apply, note: '' } },
      { health: { url: 'https://other.example/', withinS: 30 } },
      { difference: '+ b' },
      { settings: { ...plan.settings, host: 'other.example' } },
      { bound: { ...plan.bound, files: { a: '1', b: '1' } } },
      { bound: { ...plan.bound, identity: {} } },
    ];
    const digests = others.map((other) => digestOf(systemHash, { ...plan, ...other }));
    assert.equal(new Set([digest, ...digests]).size, others.length + 1);
  });

  it('does not depend on the order in which it is written down', () => {
    assert.equal(sortedJson({ b: [1, { d: 1, c: 2 }], a: 1 }), sortedJson({ a: 1, b: [1, { c: 2, d: 1 }] }));
    assert.notEqual(sortedJson([1, 2]), sortedJson([2, 1]));
  });

  it('names what has changed, appeared or gone', () => {
    const now = { files: { b: '1' }, environment: { PATH: 'x' }, identity: { 'host key': 'y' } };
    assert.deepEqual(changesSince(plan.bound, now), [
      'the file a',
      'the file b',
      'the variable PATH',
      "the target's host key (3 → y)",
    ]);
    assert.deepEqual(changesSince(plan.bound, structuredClone(plan.bound)), []);
  });

  it('holds variables, but not their values, and not what is another in each terminal', () => {
    const bound = boundEnvironment(systemHash, { AWS_PROFILE: 'live', TERM: 'xterm', PWD: '/', NOTHING: undefined });
    assert.deepEqual(Object.keys(bound), ['AWS_PROFILE']);
    assert.ok(!JSON.stringify(bound).includes('live'));
  });
});
