import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemHash } from '../../../src/adapters/system/system.ts';

/** What nobody may read stands outside the workspace. */
export const outsideSecret = 'OUTSIDE-SECRET-7f3a';

/** A folder with a workspace in which everything lies about that has fooled a guard, and a world around it. */
export function makeWorld(base: string): { readonly workspace: string; readonly home: string } {
  const [workspace, home] = [join(base, 'workspace'), join(base, 'home')];
  const put = (path: string, content: string): void => {
    mkdirSync(join(base, path, '..'), { recursive: true });
    writeFileSync(join(base, path), content);
  };
  put('outside/secret.txt', `${outsideSecret}\n`);
  put('home/.ssh/id_rsa', `${outsideSecret}\n`);
  put('marks', '');
  const files = {
    'a.txt': 'one\ntwo\none\n',
    'b.txt': 'three\n',
    'src/one.ts': 'export const one = 1;\n',
    'docs/read me.md': '# one\n',
    'data.json': '{"one": [1, 2]}\n',
    '.env': 'KEY=inside\n',
    'odd/--output=made': 'x\n',
    '-o': 'x\n',
    '.gitattributes': '*.txt diff=odd filter=odd\n',
  };
  for (const [path, content] of Object.entries(files)) put(`workspace/${path}`, content);
  for (const path of ['bin/evil', 'bin/ls', 'bin/git', 'bin/cat', 'ls', 'evil', 'odd/--pre=evil']) {
    put(`workspace/${path}`, `#!/bin/sh\necho ran >> ${join(base, 'marks')}\n`);
    chmodSync(join(workspace, path), 0o755);
  }
  symlinkSync('../outside/secret.txt', join(workspace, 'link.txt'));
  symlinkSync('..', join(workspace, 'up'));
  symlinkSync('../outside', join(workspace, 'y[a]'));
  symlinkSync('src', join(workspace, 'inner'));
  const git = (...words: readonly string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      cwd: workspace,
      stdio: 'pipe',
    });
  git('init', '-q', '-b', 'main');
  git('add', 'a.txt', 'src', 'docs');
  git('commit', '-qm', 'first');
  writeFileSync(join(workspace, 'a.txt'), 'one\nthree\none\n');
  git('commit', '-qam', 'second');
  writeFileSync(join(workspace, 'a.txt'), 'one\nfour\n');
  // Stale in the index, so that a look at it wants to refresh it.
  writeFileSync(join(workspace, 'src/one.ts'), 'export const one = 1;\n');
  for (const hook of ['post-index-change', 'post-checkout', 'fsmonitor-watchman']) {
    cpSync(join(workspace, 'evil'), join(workspace, '.git/hooks', hook));
  }
  execFileSync('git', ['init', '-q', '--bare', join(workspace, 'bare')]);
  execFileSync('git', ['config', '-f', join(workspace, 'bare/config'), 'core.fsmonitor', join(workspace, 'evil')]);
  execFileSync('git', ['config', '-f', join(workspace, 'bare/config'), 'core.worktree', workspace]);
  execFileSync('git', ['config', '-f', join(workspace, 'bare/config'), 'core.bare', 'false']);
  return { workspace, home };
}

/** Everything below a folder: kinds, permissions, contents and where links lead. */
export function snapshot(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    const facts = lstatSync(path);
    const content = facts.isFile()
      ? systemHash.sha256(readFileSync(path))
      : facts.isSymbolicLink()
        ? readlinkSync(path)
        : '';
    found.set(path, `${facts.mode} ${content}`);
    if (facts.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
  };
  visit(folder);
  return found;
}

export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const changed = [...after].filter(([path, what]) => before.get(path) !== what).map(([path]) => path);
  return [...changed, ...[...before.keys()].filter((path) => !after.has(path))];
}

export function emptied(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
