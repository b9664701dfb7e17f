import assert from 'node:assert/strict';
import {
  canBeConfined,
  confinedEnvironment,
  confinementFailure,
  isSecretFile,
  limitsScript,
  protectedTop,
  secretPlaces,
} from '../../../../src/core/security/sandbox.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';

const run: Effect = { verb: 'run', object: '/w$ make', zone: 'workspace' };

describe('what a sandbox allows', () => {
  it('is a command inside the workspace that asks for nothing more', () => {
    assert.equal(canBeConfined([run], []), true);
    assert.equal(canBeConfined([{ ...run, protects: 'the network' }], []), false);
    assert.equal(canBeConfined([{ ...run, zone: 'outside' }], []), false);
    const read: Effect = { verb: 'read', object: '/etc/hosts', zone: 'outside' };
    assert.equal(canBeConfined([run, read], []), false);
  });

  it('is a connection to a host of the list', () => {
    const connect: Effect = { verb: 'connect', object: 'https://registry.npmjs.org:443', zone: 'outside' };
    assert.equal(canBeConfined([run, connect], []), false);
    assert.equal(canBeConfined([run, connect], ['registry.npmjs.org']), true);
    assert.equal(canBeConfined([run, { ...connect, object: 'no address' }], ['registry.npmjs.org']), false);
  });

  it('is none of the variables of this process but those that every program needs', () => {
    const env = { PATH: '/bin', HOME: '/h', LC_ALL: 'C', MY_API_KEY: 'k', DATABASE_URL: 'd', NODE_OPTIONS: '-r x' };
    assert.deepEqual(confinedEnvironment({ ...env, EMPTY: undefined }), {
      PATH: '/bin',
      HOME: '/h',
      LC_ALL: 'C',
      SHLVL: '1',
    });
  });

  it('is no file that holds keys, on each system', () => {
    for (const platform of ['linux', 'darwin', 'win32']) {
      const places = secretPlaces('/home/me', platform);
      for (const place of ['.ssh', '.aws', '.netrc', '.mozilla'])
        assert.ok(places.includes(`/home/me/${place}`), place);
    }
    assert.ok(secretPlaces('/Users/me', 'darwin').includes('/Users/me/Library/Keychains'));
    assert.ok(secretPlaces('C:/Users/me', 'win32').includes('C:/Users/me/AppData/Roaming/Microsoft/Protect'));
    for (const path of ['.env', 'a/.env.local', '.ENV', 'id_rsa', 'deploy/.npmrc']) assert.ok(isSecretFile(path), path);
    for (const path of ['.env.example', 'environment.ts', 'id_rsa.pub', 'cert.pem'])
      assert.ok(!isSecretFile(path), path);
  });

  it('names the folder that makes a path protected', () => {
    assert.equal(protectedTop('sub/.vscode/tasks.json'), 'sub/.vscode');
    assert.equal(protectedTop('sub/AGENTS.md'), 'sub/AGENTS.md');
  });

  it('limits processes, memory and files before the command runs', () => {
    assert.match(
      limitsScript(),
      /^\{ ulimit -c 0; ulimit -u 2048; ulimit -f 4194304; ulimit -d 8388608; \} 2>\/dev\/null$/,
    );
  });

  it('is told to the model where a command failed by it, and only there', () => {
    const told = confinementFailure("touch: cannot touch '/x': Read-only file system", ['registry.npmjs.org']) ?? '';
    assert.match(told, /only registry\.npmjs\.org/);
    assert.match(told, /outside_sandbox: true/);
    assert.match(confinementFailure('curl: (6) Could not resolve host: x', []) ?? '', /no host/);
    assert.equal(confinementFailure('AssertionError: 1 !== 2', []), undefined);
  });
});
