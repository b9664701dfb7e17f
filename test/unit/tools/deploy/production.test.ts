import assert from 'node:assert/strict';
import { decide } from '../../../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../../../src/core/security/policy.ts';
import { productionName } from '../../../../src/tools/deploy/production.ts';

describe('a production environment', () => {
  const cases: readonly (readonly [string[], string[], string | undefined])[] = [
    [['staging', 'web.example'], ['production', 'prod'], undefined],
    [['Production'], ['production'], 'Production'],
    [['staging', 'www.shop.example'], ['*.shop.example'], 'www.shop.example'],
    [['staging', 'shop.example'], ['*.shop.example'], undefined],
    [['preprod'], ['prod'], undefined],
    [['preprod'], ['*prod'], 'preprod'],
    [['axb'], ['a.b'], undefined],
    [['gke_shop_live'], ['gke_*_live'], 'gke_shop_live'],
    [['https://WEB.example.:6443'], ['web.example'], 'https://WEB.example.:6443'],
    [['registry.example/shop:production'], ['production'], 'registry.example/shop:production'],
    [['/srv/prod/site'], ['prod'], '/srv/prod/site'],
    [['anything'], [], undefined],
  ];
  for (const [names, listed, expected] of cases)
    it(`of ${listed.join(' and ') || 'nobody'} is ${expected ?? 'none'} of ${names.join(' and ')}`, () =>
      assert.equal(productionName(names, listed), expected));
});

describe('the policy on a deployment', () => {
  const effect = { verb: 'deploy', object: 'deploy site to staging', zone: 'outside' } as const;

  it('asks in every mode, whatever a rule allows', () => {
    const rules = [
      { decide: 'allow', command: 'deploy' },
      { decide: 'allow', effect: 'x'.repeat(64) },
    ] as const;
    const policy = { ...strictPolicy, rules: [...rules], trusted: true };
    const decision = decide([effect], noTaint, policy, 'x'.repeat(64));
    assert.deepEqual([decision.decision, decision.always], ['ask', true]);
  });

  it('refuses it in a workspace that is not trusted', () => {
    assert.equal(decide([effect], noTaint, { ...strictPolicy, trusted: false }).decision, 'deny');
  });
});
