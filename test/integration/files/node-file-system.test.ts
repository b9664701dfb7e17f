import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../../src/adapters/files/node-file-system.ts';
import type { FileWrite } from '../../../src/core/ports.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';
import { hash, newFolder } from '../../unit/tools/files/file-rig.ts';

const files = nodeFileSystem(hash);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const signal = new AbortController().signal;

function commit(writes: readonly FileWrite[]): Promise<void> {
  const effects = writes.map((write) => ({
    verb: write.after === null ? ('delete' as const) : ('write' as const),
    object: write.path,
    zone: 'workspace' as const,
  }));
  return files.commit(sealAuthorized(effects, ''), writes);
}

describe('the file system of this machine', () => {
  let root = '';
  const at = (path: string): string => join(root, path);
  beforeEach(async () => {
    root = await newFolder();
  });

  it('resolves links, "..", dangling links and what is not there yet', async () => {
    const outside = await newFolder();
    await symlink(outside, at('link'));
    await symlink(join(outside, 'none'), at('dangling'));
    assert.equal((await files.facts(at('link/x/y'))).real, join(outside, 'x/y'));
    assert.equal((await files.facts(at('dangling'))).real, join(outside, 'none'));
    assert.equal((await files.facts(at('a/../b'))).real, at('b'));
    await symlink(at('circle'), at('circle'));
    await assert.rejects(files.facts(at('circle')), { code: 'BAD_PATH' });
  });

  it('writes only what was authorized', async () => {
    const write = { path: at('a'), before: null, after: bytes('x') };
    await assert.rejects(files.commit(sealAuthorized([], ''), [write]), { kind: 'permission-denied' });
    assert.deepEqual(await readdir(root), []);
  });

  it('keeps the mode and leaves nothing beside', async () => {
    await writeFile(at('run.sh'), 'one');
    await chmod(at('run.sh'), 0o751);
    await commit([{ path: at('run.sh'), before: hash.sha256('one'), after: bytes('two') }]);
    assert.equal((await stat(at('run.sh'))).mode & 0o777, 0o751);
    assert.deepEqual(await readdir(root), ['run.sh']);
    await commit([
      { path: at('moved.sh'), before: null, after: bytes('two') },
      { path: at('run.sh'), before: hash.sha256('two'), after: null },
    ]);
    assert.equal((await stat(at('moved.sh'))).mode & 0o777, 0o751);
    assert.deepEqual(await readdir(root), ['moved.sh']);
  });

  it('removes what a killed process has staged, and nothing else', async () => {
    const { pid } = spawnSync('true');
    const machine = hostname()
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 40);
    const staged = (of: string, by: number): string => `.magus-${of}-${by}-0123456789ab.new`;
    const others = [staged(machine, process.pid), staged('elsewhere', pid), '.magus-notes.new'];
    for (const name of [...others, staged(machine, pid), 'a']) await writeFile(at(name), 'one');
    await files.tidy([at('a'), at('none/b')]);
    assert.deepEqual(await readdir(root), [...others, 'a'].toSorted());
    await writeFile(at(staged(machine, pid)), 'one');
    await commit([{ path: at('a'), before: hash.sha256('one'), after: bytes('two') }]);
    assert.deepEqual(await readdir(root), [...others, 'a'].toSorted());
  });

  it('writes all or nothing', async () => {
    await writeFile(at('a'), 'a');
    await writeFile(at('b'), 'b');
    const writes = [
      { path: at('a'), before: hash.sha256('a'), after: bytes('A') },
      { path: at('new/c'), before: null, after: bytes('C') },
    ];
    await assert.rejects(commit([...writes, { path: at('b'), before: hash.sha256('stale'), after: null }]), {
      code: 'STALE',
    });
    assert.equal(await readFile(at('a'), 'utf8'), 'a');
    assert.deepEqual((await readdir(root)).sort(), ['a', 'b']);
  });

  it('puts back what was swapped when a later swap fails', async () => {
    await writeFile(at('a'), 'a');
    await writeFile(at('b'), 'b');
    // Twice the same new file: the second swap finds what the first has made.
    const writes = [
      { path: at('a'), before: hash.sha256('a'), after: bytes('A') },
      { path: at('b'), before: hash.sha256('b'), after: null },
      { path: at('x/c'), before: null, after: bytes('C') },
      { path: at('x/c'), before: null, after: bytes('D') },
    ];
    await assert.rejects(commit(writes), { code: 'STALE' });
    assert.equal(await readFile(at('a'), 'utf8'), 'a');
    assert.equal(await readFile(at('b'), 'utf8'), 'b');
    assert.deepEqual((await readdir(root)).sort(), ['a', 'b']);
  });

  it('refuses a path that has become a link', async () => {
    const outside = await newFolder();
    await symlink(outside, at('dir'));
    await assert.rejects(commit([{ path: at('dir/a'), before: null, after: bytes('x') }]), {
      kind: 'permission-denied',
    });
    assert.deepEqual(await readdir(outside), []);
  });

  it('lists in order what git would not ignore', async () => {
    await mkdir(at('.git'));
    await mkdir(at('node_modules/x'), { recursive: true });
    await mkdir(at('src/deep'), { recursive: true });
    await writeFile(at('.gitignore'), '*.log\n/dist\n');
    await writeFile(at('src/.gitignore'), '!keep.log\n');
    for (const path of ['a.log', 'b.ts', 'src/keep.log', 'src/c.ts', 'src/deep/d.ts']) await writeFile(at(path), '');
    const all = await files.list(root, { limit: 100 }, signal);
    const shown = [
      '.gitignore',
      'b.ts',
      'src/',
      'src/.gitignore',
      'src/c.ts',
      'src/deep/',
      'src/deep/d.ts',
      'src/keep.log',
    ];
    assert.deepEqual(all, { paths: shown.map((path) => `${root}/${path}`), more: false });
    const some = await files.list(root, { glob: '*.ts', limit: 2 }, signal);
    assert.deepEqual(some, { paths: [at('b.ts'), at('src/c.ts')], more: true });
    const below = await files.list(at('src'), { glob: 'deep/**', limit: 9 }, signal);
    assert.ok(below.paths.includes(at('src/deep/d.ts')));
  });
});
