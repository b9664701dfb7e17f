import assert from 'node:assert/strict';
import type { FileFacts, Ports } from '../../../../src/core/ports.ts';
import { commandEffects } from '../../../../src/core/security/command-effects.ts';
import { decide } from '../../../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../../../src/core/security/policy.ts';
import { parseRules } from '../../../../src/core/security/user-rules.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';
import type { PolicyRule } from '../../../../src/protocol/policy-rules.ts';
import { ruleForever, rulesForTask } from '../../../../src/protocol/task-rules.ts';

const run = (...commands: readonly (readonly string[])[]): Effect => ({
  verb: 'run',
  object: '/work$ …',
  zone: 'workspace',
  commands: commands.map((words) => ({ words, ...(words[0] === 'ls' ? { readsOnly: true as const } : {}) })),
});
const decided = (effect: Effect, rules: readonly PolicyRule[], hash = ''): string => {
  const { decision, always } = decide([effect], noTaint, { ...strictPolicy, trusted: true, rules }, hash);
  return always ? `${decision} always` : decision;
};
const files = {
  facts: async (path: string): Promise<FileFacts> => ({ real: path, kind: 'none', size: 0, modifiedMs: 0, mode: 0 }),
} as unknown as Ports['files'];
const parsed = async (command: string): Promise<Effect> => {
  const [effect] = await commandEffects(command, { files, cwd: '/work', cwdZone: 'workspace', roots: ['/work'] });
  assert.ok(effect);
  return effect;
};
const npmTest: PolicyRule = { decide: 'allow', command: 'npm test' };

describe('rules of the user', () => {
  it('allow a command by its first words, word by word', () => {
    assert.equal(decided(run(['npm', 'test', '--', 'unit']), [npmTest]), 'allow');
    assert.equal(decided(run(['npm', 'testing']), [npmTest]), 'ask');
    assert.equal(decided(run(['npm', 'test']), []), 'ask');
  });

  it('allow a line only when every command in it that acts is allowed', () => {
    assert.equal(decided(run(['ls'], ['npm', 'test']), [npmTest]), 'allow');
    assert.equal(decided(run(['npm', 'test'], ['rm', 'x']), [npmTest]), 'ask');
    assert.equal(decided(run(['npm', 'test'], ['make']), [npmTest, { decide: 'allow', command: 'make' }]), 'allow');
  });

  for (const command of [
    'PATH=$PWD/evil:$PATH npm test',
    'PATH=./evil; npm test',
    'NODE_OPTIONS=--require=./evil.js npm test',
    'LD_PRELOAD=./e.so npm test',
    'CI[$(ls)]=1 npm test',
    'export PATH=./evil; npm test',
    'npm test > src/x.ts',
    'npm test >> src/x.ts 2>&1',
    'npm test &> src/x.ts',
    '{ npm test; } 2> src/x.ts',
    'npm() { ls > src/x.ts; }; npm test',
    'ls() { npm test; }; ls',
    'for PATH in ./evil; do npm test; done',
    'for npm_config_script_shell in ./evil; do npm test; done',
    `ls \${NODE_OPTIONS:=--require=./evil.js}; npm test`,
    "[[ 'a[$(ls)]' -eq 1 ]] && npm test",
    '(( a = 1 )); npm test',
    "bash -c 'PATH=./evil npm test'",
    "eval 'npm() { ls; }'; npm test",
  ]) {
    const rules: PolicyRule[] = [npmTest, { decide: 'allow', command: 'export' }];
    it(`allow nothing beside the commands they name: ${command}`, async () => {
      const effect = await parsed(command);
      assert.match(decided(effect, rules), /^ask/);
      assert.equal(rulesForTask([effect]), undefined);
      assert.equal(decided(effect, [{ decide: 'deny', command: 'npm test' }]), 'deny');
      assert.notEqual(effect.beside, undefined);
    });
  }

  for (const command of [
    'npm test 2>&1',
    'npm test > /dev/null 2>&1',
    'npm test < src/input.txt',
    'npm test <<< yes',
    'CI=1 NODE_ENV=test FORCE_COLOR=0 LC_ALL=C TZ=UTC DEBUG=* npm test',
    'cd sub && npm test | tail -5',
    '(cd sub; npm test) 2>&- || true',
    'for f in a b; do npm test -- "$f"; done',
    `npm test -- "\${1:-all}"`,
    "CI=1 bash -c 'npm test'",
  ]) {
    it(`are not spoilt by what steers and writes nothing: ${command}`, async () => {
      const effect = await parsed(command);
      assert.equal(decided(effect, [npmTest]), 'allow');
      assert.deepEqual(rulesForTask([effect]), [npmTest]);
    });
  }

  it('deny or ask for a command within a wrapper, and allow none there', async () => {
    const wrapped = await parsed('env CI=1 npm test');
    assert.equal(decided(wrapped, [{ decide: 'deny', command: 'npm test' }]), 'deny');
    assert.equal(decided(wrapped, [{ decide: 'ask', command: 'npm' }]), 'ask always');
    assert.equal(decided(wrapped, [npmTest]), 'ask');
  });

  it('ask or deny as soon as one command fits, and the strictest rule counts', () => {
    assert.equal(decided(run(['ls'], ['npm', 'test']), [npmTest, { decide: 'deny', command: 'npm' }]), 'deny');
    assert.equal(decided(run(['npm', 'test']), [npmTest, { decide: 'ask', command: 'npm' }]), 'ask always');
  });

  it('loosen nothing that always asks and nothing that is denied', () => {
    assert.equal(decided({ ...run(['npm', 'test']), protects: 'a push' }, [npmTest]), 'ask always');
    const own: Effect = { verb: 'write', object: '/own/log', zone: 'own' };
    assert.equal(decided(own, [{ decide: 'allow', path: '/own' }]), 'deny');
    const outside: Effect = { verb: 'read', object: '/etc/passwd', zone: 'outside' };
    assert.equal(decided(outside, [{ decide: 'allow', path: '/etc/**' }]), 'ask always');
  });

  it('go by paths, folders and patterns of them', () => {
    const write: Effect = { verb: 'write', object: '/work/src/a.ts', zone: 'workspace' };
    for (const path of ['/work/src/a.ts', '/work/src', '/work/**', '/work/*/a.ts', '/**/*.ts'])
      assert.equal(decided(write, [{ decide: 'allow', path }]), 'allow', path);
    for (const path of ['/work/sr', '/work/*.ts', '/work/src/a+ts', 'src'])
      assert.equal(decided(write, [{ decide: 'allow', path }]), 'ask', path);
  });

  it('go by the hash of one exact effect', () => {
    const hash = 'a'.repeat(64);
    assert.equal(decided(run(['make']), [{ decide: 'allow', effect: hash }], hash), 'allow');
    assert.equal(decided(run(['make']), [{ decide: 'allow', effect: hash }], 'b'.repeat(64)), 'ask');
  });

  it('are made of a question about commands, and of none about what always asks or about files', () => {
    const hash = 'a'.repeat(64);
    const script: Effect = { verb: 'read', object: '/work/package.json', zone: 'workspace', content: 'c' };
    const write: Effect = { verb: 'write', object: '/work/a', zone: 'workspace' };
    const rule = ruleForever([run(['npm', 'test']), script], false, hash);
    assert.deepEqual(rule, { decide: 'allow', effect: hash, note: run(['npm', 'test']).object });
    assert.deepEqual(parseRules([rule], 'the setting'), [rule]);
    assert.equal(ruleForever([run(['npm', 'test'])], true, hash), undefined);
    assert.equal(ruleForever([run(['npm', 'test']), write], false, hash), undefined);
    assert.equal(ruleForever([script], false, hash), undefined);
  });

  it('tighten the reach to a host that is on the list', () => {
    const effect: Effect = { verb: 'connect', object: 'https://api.example.com:443', zone: 'outside' };
    const policy = { ...strictPolicy, trusted: true, hosts: ['*.example.com'] };
    assert.equal(decide([effect], noTaint, policy).decision, 'allow');
    assert.equal(decide([{ ...effect, object: 'https://example.com' }], noTaint, policy).decision, 'ask');
    const rules: PolicyRule[] = [{ decide: 'deny', host: 'api.example.com' }];
    assert.equal(decide([effect], noTaint, { ...policy, rules }).decision, 'deny');
  });

  it('are refused with the place of what is wrong', () => {
    assert.throws(() => parseRules('[{"decide":"allow"}]', 'rules.json'), /rules\.json.*\n.*exactly one/s);
    assert.throws(() => parseRules('[{"decide":"allow","command":"x","path":"/"}]', 'rules.json'), /exactly one/);
    assert.throws(() => parseRules('no json', 'rules.json'), { code: 'BAD_RULES' });
    assert.deepEqual(parseRules([{ decide: 'deny', host: 'x' }], 'the setting'), [{ decide: 'deny', host: 'x' }]);
  });
});
