import assert from 'node:assert/strict';
import { forbiddenBy, foreseenCall } from '../../../../src/core/memory/forbidden.ts';
import { commandEffects } from '../../../../src/core/security/command-effects.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';
import { memoryRecord } from '../../../contract/memory-keeper.ts';

const files = { facts: async (real: string) => ({ real, kind: 'none', size: 0, modifiedMs: 0, mode: 0 }) } as never;
const site = { files, cwd: '/w', cwdZone: 'workspace', roots: ['/w'] } as const;
const fact = (text: string) => ({ ...memoryRecord('fact', 'f', '', text), source: 'user' });

async function stops(text: string, command: string): Promise<boolean> {
  const call = foreseenCall('run_command', await commandEffects(command, site));
  return forbiddenBy([fact(text)], call, 0) !== undefined;
}

function stopsTool(text: string, tool: string, verb: Effect['verb'], object: string): boolean {
  return forbiddenBy([fact(text)], foreseenCall(tool, [{ verb, object, zone: 'workspace' }]), 0) !== undefined;
}

describe('a "never" of the user', () => {
  it('stops the command in whatever stands around it', async () => {
    const never = 'Never run `npm publish` here: the pipeline does.';
    for (const command of [
      'npm publish',
      'cd lib && npm --tag next publish',
      'sh -c "npm publish"',
      "bash -c 'true; npm publish'",
      '/usr/bin/npm publish',
      'NODE_ENV=production npm publish',
      'sudo npm publish',
      'echo $(npm publish)',
      'NPM PUBLISH',
    ])
      assert.ok(await stops(never, command), command);
    for (const command of ['npm test', 'npm run publish-docs', 'echo npm; git publish', 'grep "npm publish" README.md'])
      assert.ok(!(await stops(never, command)), command);
  });

  it('stops a deployment to where it must not go, and leaves the way back open', () => {
    const object = 'shop to production: k8s to the current context (0123456789ab)';
    const never = 'Never deploy to production.';
    assert.ok(stopsTool(never, 'deploy_apply', 'deploy', object));
    assert.ok(stopsTool('Never deploy shop.', 'deploy_apply', 'deploy', object));
    assert.ok(!stopsTool(never, 'deploy_apply', 'deploy', object.replace('production', 'staging')));
    assert.ok(!stopsTool(never, 'deploy_rollback', 'deploy', `the way back of ${object}`));
  });

  it('is also one without quotes, with a flag, or of what may only read', async () => {
    assert.ok(await stops('Never use sudo.', 'sudo ls'));
    assert.ok(await stops("Don't ever run git push --force. Ask first.", 'git push origin main --force'));
    assert.ok(!(await stops('Never run `git push --force`.', 'git push origin main')));
    assert.ok(await stops('Never use `--no-verify`', 'git commit --no-verify -m x'));
    assert.ok(await stops('Never run `git log`, it is huge.', 'git log'));
    assert.ok(!(await stops('Push on Tuesdays, never mind the rest', 'git push')));
    assert.ok(await stops('Releases: never publish.', 'npm publish'));
    assert.ok(await stops('Please never push to `main`.', 'git push origin main'));
    assert.ok(!(await stops('Please never push to `main`.', 'git switch main')));
  });

  it('leaves what the user wants instead, and files named like a command', async () => {
    const npm = 'Never use `npm`, use `pnpm`.';
    assert.ok(await stops(npm, 'npm install'));
    assert.ok(!(await stops(npm, 'pnpm install')));
    assert.ok(!(await stops('Never use npm; use `pnpm`.', 'pnpm install')));
    assert.ok(!(await stops('Never use `npm` but `pnpm`.', 'pnpm install')));
    assert.ok(!(await stops('Never push to `main`, push to `develop`.', 'git push origin develop')));
    assert.ok(await stops('Never push to `main`, push to `develop`.', 'git push origin main'));
    assert.ok(await stops('Never run `npm publish` or `yarn publish`.', 'yarn publish'));
    assert.ok(await stops('Never edit `a.lock`, `b.lock`.', 'rm b.lock'));
    assert.ok(await stops('Never push to main.', 'git push origin main'));
    assert.ok(!(await stops('Never push to main.', 'git push origin develop')));
    assert.ok(await stops('Never run `build.sh`.', './build.sh'));
    assert.ok(!stopsTool('Never run `build.sh`.', 'edit_file', 'write', '/w/build.sh'));
  });

  it('is none where it only tells something', async () => {
    assert.ok(!(await stops('The server never answers `npm test` in time.', 'npm test')));
    assert.ok(!stopsTool('Prices never include `tax`.', 'write_file', 'write', '/w/src/tax/a.ts'));
    assert.ok(stopsTool('Keep out. Never `src/tax`!', 'write_file', 'write', '/w/src/tax/a.ts'));
  });

  it('protects a file or folder from changes, and leaves reading it allowed unless it speaks of reading', async () => {
    const edit = 'Never edit `src/generated` or "a.lock" by hand.';
    assert.ok(stopsTool(edit, 'edit_file', 'write', '/w/src/generated/deep/x.ts'));
    assert.ok(stopsTool(edit, 'delete_file', 'delete', '/w/a.lock'));
    assert.ok(stopsTool(edit, 'write_file', 'write', 'C:\\w\\src\\generated\\x.ts'));
    assert.ok(!stopsTool(edit, 'write_file', 'write', '/w/src/generated.ts'));
    assert.ok(!stopsTool(edit, 'read_file', 'read', '/w/a.lock'));
    assert.ok(await stops(edit, 'rm -r ./src/generated'));
    assert.ok(!(await stops(edit, 'cat a.lock')));
    const read = 'Never read `.secrets/`';
    assert.ok(stopsTool(read, 'read_file', 'read', '/w/.secrets/key'));
    assert.ok(await stops(read, 'cat .secrets/key'));
  });

  it('names a tool or a host', () => {
    assert.ok(stopsTool('Never use deploy_apply.', 'deploy_apply', 'run', 'x'));
    assert.ok(stopsTool('Never reach `example.com`.', 'http_request', 'connect', 'https://example.com:443'));
    assert.ok(!stopsTool('Never reach `example.com`.', 'http_request', 'connect', 'https://notexample.com:443'));
  });

  it('is read in linear time, however it is written', async function () {
    this.timeout(60_000);
    const blanks = ' '.repeat(500_000);
    assert.ok(
      await stops(
        `x${blanks}Lines:\n\n${blanks} never${blanks}run${blanks}npm   publish${blanks}, run y`,
        'npm publish',
      ),
    );
    assert.ok(!(await stops(`x${blanks}never npm publish`, 'npm publish')));
    assert.ok(await stops(`${'The server never answers. '.repeat(20_000)}Never npm publish.`, 'npm publish'));
    assert.ok(!(await stops(`Never ${'a'.repeat(500_000)}`, 'npm publish')));
    assert.ok(!(await stops('Never run `npm publish`', `npm x${"'".repeat(30_000)}y`)));
    assert.ok(await stops('Never run `npm publish`', `${'cd a;'.repeat(5_000)}npm publish`));
  });
});
