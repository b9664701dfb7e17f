import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type IndexRig, indexRig, signal } from './index-rig.ts';

const total = 'export function totalPrice(items) {\n  return items.reduce((sum, item) => sum + item.price, 0);\n}\n';

describe('the workspace index', () => {
  let rig: IndexRig;
  beforeEach(async () => {
    rig = await indexRig();
  });
  afterEach(() => rig.remove());

  it('finds files by their words, the parts of their names and their paths, and says why', async () => {
    await rig.write({
      'src/total.js': total,
      'src/userStore.ts': 'const unrelated = 1;\n',
      'README.md': 'Nothing here.\n',
    });
    const index = rig.open();
    await index.refresh([rig.root], signal);
    const { files, state } = await rig.find(index, 'The total of the prices is wrong');
    assert.deepEqual(state, { phase: 'ready', done: 3, total: 3 });
    assert.deepEqual(files, [
      {
        folder: rig.root,
        path: 'src/total.js',
        score: 1,
        words: ['total', 'prices'],
        inPath: ['total'],
        lines: [
          { line: 1, text: 'export function totalPrice(items) {' },
          { line: 2, text: 'return items.reduce((sum, item) => sum + item.price, 0);' },
        ],
      },
    ]);
    assert.deepEqual(await rig.paths(index, 'where do we store a user?'), ['src/userStore.ts']);
    assert.deepEqual(await rig.paths(index, 'nobody wrote this'), ['README.md'].slice(1));
  });

  it('takes any text as words: syntax of full-text queries, nothing at all, a pasted log', async () => {
    await rig.write({ 'a.ts': total });
    const index = rig.open();
    await index.refresh([rig.root], signal);
    for (const text of ['"', 'total" OR NEAR(', '', '\0', '*', 'price '.repeat(50_000)])
      assert.equal((await rig.find(index, text)).state.phase, 'ready', text.slice(0, 20));
    assert.deepEqual(await rig.paths(index, 'total" AND (price*'), ['a.ts']);
  });

  it('leaves out what git ignores, secrets, links, binary files and huge ones', async () => {
    await rig.write({
      '.git/info/exclude': 'private/\n',
      '.gitignore': '*.gen.ts\n/out/\n',
      'sub/.gitignore': '!kept.gen.ts\n',
      'seen.ts': 'needle',
      'made.gen.ts': 'needle',
      'sub/kept.gen.ts': 'needle',
      'out/a.ts': 'needle',
      'private/a.ts': 'needle',
      'node_modules/a/a.js': 'needle',
      '.env': 'NEEDLE=needle',
      '.env.local': 'NEEDLE=needle',
      'server.pem': 'needle',
      id_ed25519: 'needle',
      '.aws/credentials': 'needle',
      'secrets.yaml': 'needle',
      'picture.png': 'needle',
      'package-lock.json': 'needle',
      'binary.ts': new Uint8Array([0, ...Buffer.from('needle')]),
      'huge.ts': 'needle '.repeat(40_000),
    });
    await symlink('/etc/hostname', path.join(rig.root, 'linked-needle.ts'));
    const index = rig.open({ fileBytes: 100_000 });
    await index.refresh([rig.root], signal);
    const { files, state } = await rig.find(index, 'needle', 20);
    assert.deepEqual(files.map((file) => file.path).sort(), ['seen.ts', 'sub/kept.gen.ts']);
    assert.equal(state.leftOut, 'one file of more than 0.1 MB');
  });

  it('reads only files whose size or time is another one', async () => {
    await rig.write({ 'a.ts': 'former words', 'b.ts': 'something else' });
    await utimes(path.join(rig.root, 'a.ts'), 1000, 1000);
    const index = rig.open();
    await index.refresh([rig.root], signal);
    await rig.write({ 'a.ts': 'latter words', 'b.ts': 'something new!' });
    await utimes(path.join(rig.root, 'a.ts'), 1000, 1000);
    await index.refresh([rig.root], signal);
    assert.deepEqual(await rig.paths(index, 'latter'), []);
    assert.deepEqual(await rig.paths(index, 'new'), ['b.ts']);
  });

  it('follows renames, copies and touched files without taking them apart again', async () => {
    await rig.write({ 'src/total.js': total, 'src/other.js': 'other' });
    const index = rig.open();
    await index.refresh([rig.root], signal);
    const chunks = await rig.chunksOf('src/total.js');
    assert.equal(chunks.length, 1);
    await rig.write({ 'lib/copied.js': total });
    await rename(path.join(rig.root, 'src/total.js'), path.join(rig.root, 'lib/sum.js'));
    await utimes(path.join(rig.root, 'lib/sum.js'), 1, 1);
    await index.refresh([rig.root], signal);
    assert.deepEqual((await rig.paths(index, 'total price')).toSorted(), ['lib/copied.js', 'lib/sum.js']);
    assert.deepEqual(await rig.paths(index, 'sum'), ['lib/sum.js', 'lib/copied.js']);
    assert.deepEqual(await rig.chunksOf('lib/sum.js'), chunks);
    assert.deepEqual(await rig.chunksOf('lib/copied.js'), chunks);
  });

  it('follows a git repository from one commit to the next', async () => {
    const git = (...words: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', ...words], { cwd: rig.root });
    await rig.write({ 'a.ts': 'alpha', 'b.ts': 'beta', 'docs/a.md': 'alpha' });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '-m', 'one');
    const index = rig.open();
    await index.refresh([rig.root], signal);
    git('mv', 'a.ts', 'moved.ts');
    git('rm', '--quiet', 'b.ts');
    await rig.write({ 'c.ts': 'gamma' });
    git('add', '.');
    git('commit', '--quiet', '-m', 'two');
    await index.refresh([rig.root], signal);
    assert.deepEqual(await rig.paths(index, 'alpha'), ['moved.ts', 'docs/a.md']);
    assert.deepEqual(await rig.paths(index, 'beta gamma'), ['c.ts']);
    git('checkout', '--quiet', 'HEAD~1');
    await index.refresh([rig.root], signal);
    assert.deepEqual((await rig.paths(index, 'alpha beta gamma')).toSorted(), ['a.ts', 'b.ts', 'docs/a.md']);
  });

  it('leaves no byte of what was deleted or changed', async () => {
    const secretWords = ['xylophonist', 'quetzalcoatl'];
    const filler = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}.ts`, `${total}// number ${n}\n`]));
    await rig.write({ ...filler, 'deleted.ts': `secret ${secretWords[0]}`, 'changed.ts': `secret ${secretWords[1]}` });
    const index = rig.open();
    await index.refresh([rig.root], signal);
    assert.deepEqual((await rig.paths(index, secretWords.join(' '))).toSorted(), ['changed.ts', 'deleted.ts']);
    await rm(path.join(rig.root, 'deleted.ts'));
    await writeFile(path.join(rig.root, 'changed.ts'), 'harmless');
    await index.refresh([rig.root], signal);
    // While it is open as well as afterwards.
    for (const end of [async () => undefined, () => index.close()]) {
      await end();
      for (const name of await readdir(rig.home)) {
        const bytes = (await readFile(path.join(rig.home, name))).toString('latin1');
        for (const word of secretWords) assert.ok(!bytes.includes(word.slice(0, 8)), `${word} in ${name}`);
      }
    }
  });

  it('shows of a file what it is now, and none that is gone or that a link has taken the place of', async () => {
    await rig.write({ 'a.ts': 'one\nneedle here\n', 'b.ts': 'needle\n', 'c/d.ts': 'needle\n' });
    await writeFile(path.join(rig.root, '..', 'd.ts'), 'the needle of another folder\n');
    const index = rig.open();
    await index.refresh([rig.root], signal);
    await rig.write({ 'a.ts': 'one\ntwo\nthree\nthe needle moved\n' });
    await rm(path.join(rig.root, 'b.ts'));
    await rm(path.join(rig.root, 'c'), { recursive: true });
    await symlink('..', path.join(rig.root, 'c'));
    const { files } = await rig.find(index, 'needle');
    assert.deepEqual(
      files.map((file) => [file.path, file.lines]),
      [['a.ts', [{ line: 4, text: 'the needle moved' }]]],
    );
  });

  it('takes source files before tests and prose where not all fit, and says what is missing', async () => {
    await rig.write({ 'a/test/x.test.ts': 'needle', 'README.md': 'needle', 'z.ts': 'needle', 'y.ts': 'needle' });
    const index = rig.open({ files: 2 });
    await index.refresh([rig.root], signal);
    const { files, state } = await rig.find(index, 'needle');
    assert.deepEqual(files.map((file) => file.path).sort(), ['y.ts', 'z.ts']);
    assert.match(state.leftOut ?? '', /^2 files beyond the limit of 2 files or/);
    const byBytes = rig.open({ bytes: 13 });
    await byBytes.refresh([rig.root], signal);
    assert.match((await rig.find(byBytes, 'needle')).state.leftOut ?? '', /^2 files beyond/);
  });

  it('ends when its time is over and goes on at the next start', async () => {
    await rig.write(Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`f${n}.ts`, `needle ${n}\n`])));
    const hasty = rig.open({ ms: 0 });
    await hasty.refresh([rig.root], signal);
    const { state } = await rig.find(hasty, 'needle');
    assert.match(state.leftOut ?? '', /files for want of time$/);
    await hasty.close();
    const index = rig.open();
    await index.refresh([rig.root], signal);
    assert.deepEqual((await rig.find(index, 'needle')).state, { phase: 'ready', done: 200, total: 200 });
  });

  it('keeps apart what several folders hold, and ranks them together', async () => {
    await rig.write({ 'one/a.ts': 'needle needle in a haystack', 'two/b.ts': 'needle in a big stack' });
    const folders = ['one', 'two'].map((name) => path.join(rig.root, name));
    const index = rig.open();
    await index.refresh(folders, signal);
    const all = await index.search({ folders, text: 'needle haystack', limit: 5 }, signal);
    assert.deepEqual(
      all.files.map((file) => [path.basename(file.folder), file.path]),
      [
        ['one', 'a.ts'],
        ['two', 'b.ts'],
      ],
    );
    const second = await index.search({ folders: folders.slice(1), text: 'needle', limit: 5 }, signal);
    assert.deepEqual(
      second.files.map((file) => file.path),
      ['b.ts'],
    );
  });

  it('makes nothing of a folder that nobody asked to have indexed', async () => {
    await rig.write({ 'a.ts': 'needle' });
    const index = rig.open();
    const { files, state } = await rig.find(index, 'needle');
    assert.deepEqual(files, []);
    assert.equal(state.phase, 'off');
    assert.deepEqual(await readdir(path.dirname(rig.home)).catch(() => []), []);
  });
});
