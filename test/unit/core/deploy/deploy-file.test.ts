import assert from 'node:assert/strict';
import { parseDeployFile } from '../../../../src/core/deploy/deploy-file.ts';

describe('the file that names deployment targets', () => {
  const rsync = { kind: 'rsync', source: 'public', host: 'deploy@web.example', path: '/srv/site' };
  const faultsOf = (target: unknown): readonly string[] =>
    parseDeployFile(JSON.stringify({ targets: { it: target } })).faults;

  it('is read with all that a target may say', () => {
    const whole = {
      ...rsync,
      port: 2222,
      delete: true,
      files: ['a b/c.yaml'],
      health: { url: 'https://web.example/', within_s: 5 },
    };
    assert.deepEqual(parseDeployFile(JSON.stringify({ targets: { it: whole } })), {
      targets: { it: whole },
      faults: [],
    });
    const { arn } = { arn: 'arn:aws:eks:eu-west-1:123456789012:cluster/shop' };
    assert.deepEqual(faultsOf({ kind: 'kubectl', source: 'k8s', context: arn, health: { command: 'curl -f x' } }), []);
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['another kind', { ...rsync, kind: 'ftp' }],
    ['a host that is a flag', { ...rsync, host: '-oProxyCommand=id' }],
    ['a host with a blank', { ...rsync, host: 'web.example -oProxyCommand=id' }],
    ['a path for a shell', { ...rsync, path: '/srv/$(id)' }],
    ['a path with a blank', { ...rsync, path: '/srv/a b' }],
    ['a path that goes up', { ...rsync, path: '/srv/../etc' }],
    ['the whole of a server', { ...rsync, path: '/' }],
    ['one folder of a server', { ...rsync, path: '/etc' }],
    ['a path that is none', { ...rsync, path: 'srv/site' }],
    ['a source outside', { ...rsync, source: '../secrets' }],
    ['a source that goes up in the middle', { ...rsync, source: 'a/../../secrets' }],
    ['an absolute source', { ...rsync, source: '/etc' }],
    ['a source that is a flag', { ...rsync, source: '--rsh=id' }],
    ['a source at an address', { kind: 'kubectl', source: 'https://evil.example/x.yaml' }],
    ['a context that is a flag', { kind: 'kubectl', source: 'k8s', context: '--kubeconfig=/x' }],
    ['a reference for a shell', { kind: 'gh-workflow', workflow: 'a.yml', ref: 'main;id' }],
    ['a port that is none', { ...rsync, port: 70_000 }],
    ['a check of a file', { ...rsync, health: { url: 'file:///etc/passwd' } }],
    ['a check that waits for ever', { ...rsync, health: { url: 'https://a.example', within_s: 1e9 } }],
    ['something unknown', { ...rsync, shell: 'id' }],
    ['a list', []],
  ];
  for (const [what, target] of wrong)
    it(`is refused with ${what}, in words`, () => {
      const faults = faultsOf(target);
      assert.ok(faults.length > 0 && faults.every((fault) => fault.startsWith('targets.it')), faults.join('\n'));
    });

  it('is refused where it is no JSON, or names a target oddly', () => {
    assert.ok(parseDeployFile('{"targets": ').faults.length > 0);
    assert.ok(parseDeployFile(JSON.stringify({ targets: { '../x': rsync } })).faults.length > 0);
    assert.deepEqual(parseDeployFile('{"targets": {"__proto__": 1}}').targets, {});
  });
});
