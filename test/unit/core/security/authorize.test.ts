import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  type Authorization,
  type AuthorizeQuestion,
  authorize,
  boundEffects,
} from '../../../../src/core/security/authorize.ts';
import { assertAuthorized } from '../../../../src/core/security/authorized.ts';
import { strictPolicy } from '../../../../src/core/security/policy.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';

const write: Effect = { verb: 'write', object: '/work/a.ts', zone: 'workspace' };
const run: Effect = { verb: 'run', object: '/work$ ls', zone: 'workspace' };
const push: Effect = { verb: 'run', object: '/work$ git push', zone: 'workspace', protects: 'a push' };
const outside: Effect = { verb: 'read', object: '/etc/passwd', zone: 'outside' };
const own: Effect = { verb: 'write', object: '/own/log', zone: 'own' };
const read: Effect = { verb: 'read', object: '/work/a.ts', zone: 'workspace' };

function gate(
  effects: readonly Effect[],
  change: Partial<AuthorizeQuestion> = {},
  answer?: boolean | 'task',
  policy = strictPolicy,
): Promise<Authorization> {
  const ports = {
    hash: {
      sha256: (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex'),
      randomId: () => 'x',
    },
    people: { approve: async () => answer, resolvePlan: async () => undefined, answer: async () => undefined },
    policy: () => policy,
  };
  const question: AuthorizeQuestion = {
    taskId: 't',
    callId: 'c',
    title: 'x',
    effects,
    trusted: true,
    approve: 'ask',
    granted: new Set(),
    ...change,
  };
  return authorize(ports, question, new AbortController().signal);
}

describe('authorize', () => {
  it('lets reads of the workspace through without asking', async () => {
    const { allowed, asked, authorized } = await gate([read]);
    assert.deepEqual([allowed, asked], [true, false]);
    assert.ok(authorized);
    assertAuthorized(authorized, 'read', read.object);
    assert.throws(() => assertAuthorized(authorized, 'write', read.object));
  });

  it('takes a yes to one content of a protected file for no yes to another', async () => {
    const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
    const tasks: Effect = { ...write, object: '/work/.vscode/tasks.json', protects: 'editor configuration' };
    const writing = (content: string) => boundEffects({ sha256 }, [tasks], { path: '.vscode/tasks.json', content });
    const { hash } = await gate(writing('{}'), {}, true);
    const granted = new Set([hash]);
    assert.equal((await gate(writing('{}'), { granted }, false)).allowed, true, 'the very same is not asked twice');
    assert.equal((await gate(writing('{"evil":1}'), { granted }, false)).asked, true);
    assert.deepEqual(boundEffects({ sha256 }, [write, read], {}), [write, read]);
  });

  const table: readonly [string, readonly Effect[], AuthorizeQuestion['approve'], boolean | undefined][] = [
    ['a write in mode ask', [write], 'ask', undefined],
    ['a write in mode edits', [write], 'edits', true],
    ['a command in mode edits', [write, run], 'edits', undefined],
    ['a command in mode auto', [run], 'auto', true],
    ['a push in mode auto', [run, push], 'auto', undefined],
    ['a read outside in mode auto', [outside], 'auto', undefined],
    ['a write in mode deny', [write], 'deny', false],
    ["a change of OpenMagus's own data", [own], 'auto', false],
  ];
  for (const [what, effects, approve, expected] of table) {
    it(`answers ${String(expected)} to ${what} when nobody can be asked`, async () => {
      const { allowed, authorized } = await gate(effects, { approve });
      assert.equal(allowed, expected);
      assert.equal(authorized !== undefined, expected === true);
    });
  }

  it('seals nothing that the person refused, and what the person allowed', async () => {
    assert.equal((await gate([run], {}, false)).authorized, undefined);
    assert.ok((await gate([run], {}, true)).authorized);
  });

  it('remembers a grant by the very effects', async () => {
    const { hash } = await gate([push]);
    const { allowed, by, asked } = await gate([push], { granted: new Set([hash]) });
    assert.deepEqual([allowed, by, asked], [true, 'user', false]);
    assert.equal((await gate([push, run], { granted: new Set([hash]) })).allowed, undefined);
  });

  it('answers for the like of it in the task, never for what always asks', async () => {
    const test: Effect = { ...run, commands: [{ words: ['npm', 'test'] }] };
    const more: Effect = {
      ...run,
      object: 'x',
      commands: [{ words: ['ls'], readsOnly: true }, { words: ['npm', 'test', 'a'] }],
    };
    const { rules = [] } = await gate([test, write], {}, 'task');
    assert.deepEqual(rules, [
      { decide: 'allow', command: 'npm test' },
      { decide: 'allow', path: write.object },
    ]);
    assert.deepEqual([(await gate([more], { rules })).allowed, (await gate([write], { rules })).asked], [true, false]);
    assert.equal((await gate([{ ...more, protects: 'a push' }], { rules })).allowed, undefined);
    assert.equal((await gate([{ ...push, commands: test.commands ?? [] }], {}, 'task')).rules, undefined);
    for (const words of [['make'], ['bash', '-c'], ['npm', '$X']]) {
      assert.equal((await gate([{ ...run, commands: [{ words }] }], {}, 'task')).rules, undefined, words.join(' '));
    }
  });

  it('allows no change and no command in an untrusted workspace, even when granted', async () => {
    const { hash } = await gate([run]);
    for (const effects of [[write], [run]]) {
      assert.equal(
        (await gate(effects, { trusted: false, approve: 'auto', granted: new Set([hash]) }, true)).allowed,
        false,
      );
    }
    assert.equal((await gate([read], { trusted: false })).allowed, true);
  });

  it('asks anew for what nobody can see, whatever was allowed before or is allowed by its hash', async () => {
    const unseen: Effect = { verb: 'read', object: '/work', zone: 'workspace', unseen: 'scripts' };
    const seen = await gate([run, read], {}, true);
    assert.equal((await gate([run, read], { granted: new Set([seen.hash]) })).allowed, true);
    const { hash } = await gate([run, unseen], {}, true);
    const rules = [{ decide: 'allow' as const, effect: hash }];
    const again = await gate([run, unseen], { granted: new Set([hash]) }, undefined, { ...strictPolicy, rules });
    assert.deepEqual([again.asked, again.allowed], [true, undefined]);
    assert.equal((await gate([run, unseen], { approve: 'auto' })).allowed, true);
  });
});
