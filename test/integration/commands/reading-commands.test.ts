import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../../src/adapters/files/node-file-system.ts';
import { childCommands } from '../../../src/adapters/process/child-commands.ts';
import { systemHash } from '../../../src/adapters/system/system.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';
import { commandEffects } from '../../../src/core/security/command-effects.ts';
import { decide } from '../../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../../src/core/security/policy.ts';
import type { Effect } from '../../../src/protocol/effects.ts';

describe('commands that only read, over a real repository', () => {
  let base: string;
  let root: string;
  let marker: string;
  let commands: ReturnType<typeof childCommands>;
  const files = nodeFileSystem(systemHash);
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    });

  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'reading-')));
    root = join(base, 'work');
    marker = join(base, 'marker');
    mkdirSync(join(root, 'bin'), { recursive: true });
    git('init', '-q');
    writeFileSync(join(root, 'a.txt'), 'one\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    writeFileSync(join(root, 'a.txt'), 'two\n');
    script('evil');
    commands = childCommands({ folder: join(base, 'own'), now: () => Date.now() });
  });
  afterEach(async () => {
    await commands.endAll();
    await rm(base, { recursive: true, force: true });
  });

  function script(name: string): string {
    const path = join(root, 'bin', name);
    writeFileSync(path, `#!/bin/sh\necho ran >> ${marker}\nexec cat "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }
  const effectsOf = (command: string): Promise<readonly Effect[]> =>
    commandEffects(command, { files, cwd: root, cwdZone: 'workspace', roots: [root] });
  const decided = async (command: string): Promise<string> =>
    decide(await effectsOf(command), noTaint, { ...strictPolicy, trusted: true }).decision;
  /** Runs it with the effects that were decided before. */
  async function run(command: string, effects: readonly Effect[]): Promise<string> {
    const start = { command, cwd: root, env: {}, commandId: systemHash.randomId(), taskId: 'task', roots: [root] };
    await commands.start(sealAuthorized(effects, 'h'), start, () => undefined);
    await commands.wait(start.commandId, 10_000, new AbortController().signal);
    return commands.readOutput(start.commandId);
  }

  const looks = ['git status', 'git diff', 'git log -p', 'git show HEAD', 'git blame a.txt'];

  it('shows what git shows, and leaves the repository as it is', async () => {
    const index = (): string => systemHash.sha256(readFileSync(join(root, '.git/index')));
    const before = index();
    for (const command of looks) {
      const effects = await effectsOf(command);
      assert.equal(effects[0]?.readsOnly, true, command);
      assert.match(await run(command, effects), /a\.txt|one|two/, command);
    }
    assert.equal(index(), before);
    assert.match(await run('git diff', await effectsOf('git diff')), /^-one\n\+two$/m);
  });

  for (const [key, value] of [
    ['core.fsmonitor', 'bin/evil'],
    ['diff.external', 'bin/evil'],
    ['diff.odd.textconv', 'bin/evil'],
    ['filter.odd.clean', 'bin/evil'],
    ['gpg.program', 'bin/evil'],
    ['log.showSignature', 'true'],
    ['include.path', '../more'],
    ['core.worktree', '/'],
    ['core.hooksPath', 'bin'],
    ['extensions.worktreeConfig', 'true'],
    ['remote.x.promisor', 'true'],
  ] as const) {
    it(`asks where the repository sets ${key}`, async () => {
      git('config', key, value);
      for (const command of looks) assert.equal(await decided(command), 'ask', command);
      assert.equal(await decided('ls'), 'allow');
    });
  }

  it('asks where the repository lies elsewhere or above the workspace', async () => {
    execFileSync('git', ['init', '-q', '--separate-git-dir', join(root, 'other'), join(root, 'sub')]);
    assert.equal(await decided('cd sub && git status'), 'ask');
    mkdirSync(join(base, '.git'));
    await rm(join(root, '.git'), { recursive: true });
    assert.equal(await decided('git status'), 'ask');
  });

  it('runs no program of the workspace, whatever comes into the configuration after the decision', async () => {
    const decisions = await Promise.all(looks.map(async (command) => [command, await effectsOf(command)] as const));
    for (const key of ['core.fsmonitor', 'core.pager', 'pager.log']) git('config', key, 'bin/evil');
    for (const hook of ['post-index-change', 'fsmonitor-watchman']) {
      symlinkSync(join(root, 'bin/evil'), join(root, '.git/hooks', hook));
    }
    for (const [command, effects] of decisions) await run(command, effects);
    assert.equal(existsSync(marker), false);
  });

  it('takes no folder that only looks like a repository for one', async () => {
    const bare = join(root, 'bare');
    execFileSync('git', ['init', '-q', '--bare', bare]);
    execFileSync('git', ['config', '-f', join(bare, 'config'), 'core.fsmonitor', join(root, 'bin/evil')]);
    execFileSync('git', ['config', '-f', join(bare, 'config'), 'core.worktree', root]);
    execFileSync('git', ['config', '-f', join(bare, 'config'), 'core.bare', 'false']);
    await rm(join(root, '.git'), { recursive: true });
    const command = 'cd bare && git status';
    assert.match(await run(command, await effectsOf(command)), /fatal|not a git/);
    assert.equal(existsSync(marker), false);
  });

  it('looks programs up outside the workspace', async () => {
    for (const name of ['ls', 'git', 'cat']) script(name);
    const former = process.env['PATH'];
    process.env['PATH'] = `${join(root, 'bin')}:.:bin:${former}`;
    try {
      for (const command of ['ls', 'cat a.txt', 'git status']) await run(command, await effectsOf(command));
      assert.equal(existsSync(marker), false);
      // Any other command keeps the path that the user has.
      await run('ls; true; foo', await effectsOf('ls; true; foo'));
      assert.equal(existsSync(marker), true);
    } finally {
      process.env['PATH'] = former;
    }
  });

  it('heeds no variable that makes a reading program run another', async () => {
    const former = { ...process.env };
    const rc = join(root, 'rc');
    writeFileSync(rc, `--pre=${join(root, 'bin/evil')}\n`);
    Object.assign(process.env, {
      RIPGREP_CONFIG_PATH: rc,
      GIT_EXTERNAL_DIFF: join(root, 'bin/evil'),
      BASH_ENV: join(root, 'bin/evil'),
    });
    try {
      for (const command of ['rg one', 'git diff', 'ls']) await run(command, await effectsOf(command));
      assert.equal(existsSync(marker), false);
    } finally {
      for (const name of ['RIPGREP_CONFIG_PATH', 'GIT_EXTERNAL_DIFF', 'BASH_ENV']) delete process.env[name];
      Object.assign(process.env, former);
    }
  });

  it('follows links to where they lead', async () => {
    writeFileSync(join(base, 'secret.txt'), 'x');
    symlinkSync('../secret.txt', join(root, 'link.txt'));
    symlinkSync('..', join(root, 'up'));
    for (const command of ['cat link.txt', 'cat *.txt', 'cat up/secret.txt', 'cd up && ls', 'grep -R x', 'ls up/']) {
      assert.equal(await decided(command), 'ask', command);
    }
    assert.equal(await decided('grep -r x'), 'allow');
  });
});
