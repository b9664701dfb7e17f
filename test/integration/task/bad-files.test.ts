import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ScriptedCall } from '../../support/scripted-model.ts';
import { answers, calls, finish, type TaskRig, taskRig, treeOf, turns, yes } from './task-rig.ts';

const edit = (name: string, old_text: string, new_text: string): ScriptedCall => ({
  name: 'edit_file',
  args: { path: name, edits: [{ old_text, new_text }] },
});
const read = (name: string): ScriptedCall => ({ name: 'read_file', args: { path: name } });

describe('bad files:', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  /** Makes these calls one after the other in a task and returns what each was answered. */
  async function answersTo(...made: readonly ScriptedCall[]): Promise<readonly string[]> {
    rig.script(turns('edit_file', [...made.map((each) => calls(each)), calls(finish())]));
    const { state } = await rig.run({ goal: 'Edit it.', mode: 'act' });
    assert.equal(state.ended?.status, 'unverified');
    return answers(rig.model.requests.at(-1));
  }
  async function bytesOf(name: string): Promise<Buffer> {
    return Buffer.from((await treeOf(rig.root))[name] ?? '', 'base64');
  }

  it('a binary file is named as one, never edited, and stays as it is', async () => {
    const bytes = Buffer.from([0, 1, 2, 0, 255, 254, 0, 65]);
    await rig.write({ 'a.bin': bytes });
    const [shown = '', edited = ''] = await answersTo(read('a.bin'), edit('a.bin', 'A', 'B'));
    assert.match(shown, /a\.bin is binary \(8 bytes/);
    assert.match(edited, /binary/i);
    assert.deepEqual(await bytesOf('a.bin'), bytes);
  });

  const encoded = (text: string, bom: readonly number[], encoding: BufferEncoding): Buffer =>
    Buffer.concat([Buffer.from(bom), Buffer.from(text, encoding)]);
  const kept: readonly (readonly [string, (text: string) => Buffer, RegExp])[] = [
    ['UTF-16', (text) => encoded(text, [0xff, 0xfe], 'utf16le'), /utf-16/],
    ['CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n')), /eol CRLF/],
    ['BOM', (text) => encoded(text, [0xef, 0xbb, 0xbf], 'utf8'), /BOM/],
    ['no newline at the end', (text) => Buffer.from(text.trimEnd()), /no newline at the end/],
  ];
  for (const [what, encode, says] of kept) {
    it(`a file with ${what} is read as text, says so, and keeps it through an edit`, async () => {
      await rig.write({ 'a.txt': encode('größe\none\nlast\n') });
      const [shown = '', edited = ''] = await answersTo(read('a.txt'), edit('a.txt', 'one', 'two'));
      assert.match(shown, says);
      assert.match(shown, /1\tgröße\n2\tone\n3\tlast/);
      assert.match(edited, /^Edited a\.txt/);
      assert.deepEqual(await bytesOf('a.txt'), encode('größe\ntwo\nlast\n'));
    });
  }

  it('an empty file is read as one, cannot be searched in, and can be written', async () => {
    await rig.write({ 'a.txt': '' });
    const write = { name: 'write_file', args: { path: 'a.txt', content: 'one\n' } };
    const [shown = '', edited = '', written = ''] = await answersTo(read('a.txt'), edit('a.txt', 'one', 'two'), write);
    assert.match(shown, /a\.txt: empty/);
    assert.match(edited, /empty|not in|no match|nothing/i);
    assert.match(written, /^Replaced a\.txt/);
    assert.equal(await rig.text('a.txt'), 'one\n');
  });

  it('a file of 200 MB is neither read nor edited, and the way to its parts is named', async () => {
    await rig.write({ 'big.log': 'first line\n' });
    await truncate(path.join(rig.root, 'big.log'), 200 * 1024 * 1024);
    const [shown = '', edited = ''] = await answersTo(read('big.log'), edit('big.log', 'first', 'last'));
    assert.match(shown, /200 MB, too much to read here\. Find the lines you need with search_text/);
    assert.match(edited, /209715200 bytes, more than|MB/);
    assert.equal(execFileSync('head', ['-c', '10', path.join(rig.root, 'big.log')]).toString(), 'first line');
  }).timeout(30_000);

  it('a file that cannot be read says so, whether it is a pipe, a folder or forbidden', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', path.join(rig.root, 'pipe')]);
    await mkdir(path.join(rig.root, 'folder'));
    await rig.write({ 'secret.txt': 'x' });
    await chmod(path.join(rig.root, 'secret.txt'), 0);
    const [pipe = '', folder = '', secret = ''] = await answersTo(read('pipe'), read('folder'), read('secret.txt'));
    assert.match(pipe, /pipe is no file\. Look into folders with list_files/);
    assert.match(folder, /folder is no file/);
    // For the superuser nothing is forbidden.
    assert.match(
      secret,
      process.getuid?.() === 0 ? /secret\.txt: lines 1-1/ : /does not permit access.*Change its permissions/,
    );
  });

  it('a file that is not there names the way to find it', async () => {
    const [shown = ''] = await answersTo(read('nowhere/a.txt'));
    assert.match(shown, /There is no nowhere\/a\.txt\. Look for it with list_files/);
  });

  it('one bad file in a patch leaves the good ones as they were', async () => {
    await rig.write({ 'a.txt': 'one\n', 'b.bin': Buffer.from([0, 1, 2, 3]) });
    const before = await treeOf(rig.root);
    const patch = [
      '*** Begin Patch',
      '*** Update File: a.txt',
      '@@',
      '-one',
      '+two',
      '*** Update File: b.bin',
      '@@',
      '-x',
      '+y',
      '*** End Patch',
    ];
    const [answer = ''] = await answersTo({ name: 'apply_patch', args: { patch: patch.join('\n') } });
    assert.match(answer, /b\.bin/);
    assert.deepEqual(await treeOf(rig.root), before);
  });
});

describe('bad paths:', () => {
  let rig: TaskRig;
  let outside: string;
  beforeEach(async () => {
    rig = await taskRig();
    outside = path.join(path.dirname(rig.root), 'outside');
    await mkdir(outside);
    await writeFile(path.join(outside, 'a.txt'), 'private\n');
    await symlink(outside, path.join(rig.root, 'link'));
    await symlink(path.join(outside, 'a.txt'), path.join(rig.root, 'file-link'));
    await symlink(path.join(outside, 'new.txt'), path.join(rig.root, 'dangling'));
    await rig.write({ 'src/a.txt': 'own\n' });
  });
  afterEach(() => rig.remove());

  const leading: readonly (readonly [string, (outsideFolder: string) => string])[] = [
    ['outside', (folder) => `${folder}/a.txt`],
    ['through a symlink of a folder', () => 'link/a.txt'],
    ['through a symlink of a file', () => 'file-link'],
    ['through a symlink to nothing', () => 'dangling'],
    ['with ..', () => 'src/../../outside/a.txt'],
  ];
  for (const [what, pathIn] of leading) {
    for (const tool of ['read_file', 'write_file'] as const) {
      it(`${tool} of a path ${what} asks on the real path in every mode, and does nothing without a yes`, async () => {
        const args = { path: pathIn(outside), ...(tool === 'write_file' ? { content: 'changed\n' } : {}) };
        rig.script(turns('edit_file', [calls({ name: tool, args }), calls(finish())]));
        const asked: string[] = [];
        const people = {
          ...yes,
          approve: async ({ effects }: { effects: readonly { object: string }[] }) => {
            asked.push(...effects.map(({ object }) => object));
            return false;
          },
        };
        const before = await treeOf(path.dirname(rig.root)).then((tree) => tree['outside/a.txt']);
        const { state, of } = await rig.run({ goal: 'Do it.', mode: 'act', approve: 'auto' }, { people });
        assert.ok(asked[0]?.startsWith(`${outside}/`), `asked for ${asked.join(', ')}`);
        assert.equal(of('approval-requested')[0]?.decision.rule, 'outside-workspace');
        assert.match(
          answers(rig.model.requests.at(-1))[0] ?? '',
          /The user said no: .*lies outside the workspace\. Find another way or ask/,
        );
        assert.equal(state.ended?.status, 'unverified');
        const tree = await treeOf(path.dirname(rig.root));
        assert.equal(tree['outside/a.txt'], before);
        assert.equal(tree['outside/new.txt'], undefined);
      });
    }
  }

  const impossible: readonly (readonly [string, string, RegExp])[] = [
    ['with a NUL', 'src/a\0.txt', /holds a NUL.*Give a path inside the workspace/],
    ['of 5,000 characters', 'a/'.repeat(2500), /longer than 4,096 characters\. Give a path/],
    ['with a name of 300 characters', 'n'.repeat(300), /cannot be a file here \(ENAMETOOLONG\)\. Give another path/],
    ['that is empty', '', /path is empty.*Give a path inside/],
    ['through a file', 'src/a.txt/b.txt', /There is no|cannot be a file here/],
  ];
  for (const [what, name, says] of impossible) {
    it(`a path ${what} is refused by every tool with what to do`, async () => {
      const before = await treeOf(path.dirname(rig.root)).then((tree) =>
        Object.keys(tree).filter((each) => !each.startsWith('home/')),
      );
      const made = [
        read(name),
        { name: 'write_file', args: { path: name, content: 'x' } },
        edit(name, '', 'x'),
        { name: 'delete_file', args: { path: name } },
        { name: 'move_file', args: { from: 'src/a.txt', to: name } },
        { name: 'list_files', args: { path: name } },
      ];
      rig.script(turns('edit_file', [calls(...made), calls(finish())]));
      const { state } = await rig.run({ goal: 'Do it.', mode: 'act' });
      assert.equal(state.ended?.status, 'unverified');
      const said = answers(rig.model.requests.at(-1));
      assert.equal(said.length, made.length);
      assert.match(said[0] ?? '', says);
      for (const [index, text] of said.entries())
        assert.match(text, /[.)]\s+[A-Z][^.]*\.|nothing to delete/, `${made[index]?.name} says only: ${text}`);
      const after = Object.keys(await treeOf(path.dirname(rig.root))).filter((each) => !each.startsWith('home/'));
      assert.deepEqual(after, before);
    });
  }
});
