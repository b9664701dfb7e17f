import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ConfinedRig, confinedRig, needsSandbox } from './confined-rig.ts';

const canary = 'canary-9b1d40e7';

describe('the home folder of a confined command', () => {
  let rig: ConfinedRig;
  const path = process.env['PATH'];
  before(async function () {
    rig = await confinedRig('home/work/big/packages/part');
    await needsSandbox(this, rig);
    process.env['PATH'] = `${join(rig.home, 'tools/odd/bin')}:${path}`;
    const files = {
      'letter.txt': canary,
      '.unknown-program/state.json': canary,
      '.config/google-chrome/Default/Cookies': canary,
      '.cache/mozilla/page': canary,
      'work/other/source.ts': canary,
      'work/note.txt': canary,
      '.cargo/credentials.toml': canary,
      '.cache/pip/wheel': 'a wheel',
      '.gitconfig': '[user]\n\tname = Somebody\n',
      'tools/odd/bin/odd-program': '#!/bin/sh\ncat "$(dirname "$0")/../lib/words"\n',
      'tools/odd/lib/words': 'an odd program\n',
      'work/big/node_modules/shared/index.js': 'module.exports = "from above";\n',
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(rig.home, name)), { recursive: true });
      await writeFile(join(rig.home, name), text);
    }
    await chmod(join(rig.home, 'tools/odd/bin/odd-program'), 0o755);
    execFileSync('git', ['init', '-q', join(rig.home, 'work/big')]);
  });
  it('is hidden as a whole where it holds too much to hide one by one', async () => {
    const many = join(rig.home, 'work');
    for (let count = 0; count < 320; count++) await mkdir(join(many, `project-${count}`), { recursive: true });
    await writeFile(join(many, 'project-7', 'a.txt'), canary);
    try {
      const { output } = await rig.run(
        'cat ../../../project-7/a.txt ~/letter.txt; ls ~/work; git status --short; odd-program; echo x > y && cat y',
      );
      assert.doesNotMatch(output, /canary|project-7\n/);
      assert.match(output, /^big\n[\s\S]*an odd program\nx\n$/m);
    } finally {
      for (let count = 0; count < 320; count++) await rm(join(many, `project-${count}`), { recursive: true });
    }
  });

  after(async () => {
    process.env['PATH'] = path;
    await rig.close();
  });

  it('shows nothing that is no tool: letters, browsers, other projects, programs that nobody named, keys', async () => {
    await symlink('../../../../letter.txt', join(rig.workspace, 'link'));
    const { output } = await rig.run(
      `cat ~/letter.txt ~/.unknown-program/state.json ~/.config/google-chrome/Default/Cookies ~/.cache/mozilla/page ~/work/other/source.ts ~/work/note.txt ~/.cargo/credentials.toml link; grep -r canary ~ /proc/self/root${rig.home}; ls -a ~ ~/work; true`,
    );
    assert.ok(!output.includes(canary), output);
    assert.doesNotMatch(output, /state\.json\n/);
  });

  it('keeps what tools need: git, caches, programs of PATH, the repository around the workspace', async () => {
    const { output, state } = await rig.run(
      'cat ~/.cache/pip/wheel && git config user.name && odd-program && node -p "require(\'shared\')" && git status --short && echo made > made.txt && cat made.txt',
    );
    assert.equal(state.exitCode, 0, output);
    for (const told of ['a wheel', 'Somebody', 'an odd program', 'from above', 'made'])
      assert.match(output, new RegExp(told));
    assert.equal(await readFile(join(rig.workspace, 'made.txt'), 'utf8'), 'made\n');
  });

  it('starts commands where this process stands in a workspace without a repository', async () => {
    const before = process.cwd();
    process.chdir(rig.workspace);
    try {
      assert.equal((await rig.run('echo fine')).output, 'fine\n');
    } finally {
      process.chdir(before);
    }
  });

  it('is changed by nothing, in what can be seen of it or not', async () => {
    await rig.run(
      'echo x > ~/new; echo x > ~/.cache/pip/wheel; echo x > ~/letter.txt; mkdir -p ~/.ssh && echo x > ~/.ssh/authorized_keys; echo x > ../../x',
    );
    for (const name of ['new', '.ssh', 'work/big/x'])
      await assert.rejects(stat(join(rig.home, name)), { code: 'ENOENT' }, name);
    assert.equal(await readFile(join(rig.home, 'letter.txt'), 'utf8'), canary);
    assert.equal(await readFile(join(rig.home, '.cache/pip/wheel'), 'utf8'), 'a wheel');
  });

  it('shows git data of a work tree, but none that a file of the workspace only points to', async () => {
    const other = join(rig.home, 'elsewhere');
    execFileSync('git', ['init', '-q', other]);
    const commit = [
      '-c',
      'user.name=P',
      '-c',
      'user.email=p@example.com',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'Of the other',
    ];
    execFileSync('git', commit, { cwd: other });
    await writeFile(join(rig.workspace, '.git'), `gitdir: ${other}/.git/worktrees/part\n`);
    assert.ok(!(await rig.run(`git log; ls ${other}/.git`)).output.includes('objects'));
    await rm(join(rig.workspace, '.git'));
    await rm(rig.workspace, { recursive: true });
    execFileSync('git', ['worktree', 'add', '-q', '-f', rig.workspace], { cwd: other });
    assert.match((await rig.run('git log')).output, /Of the other/);
  });
});
