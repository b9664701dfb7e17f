import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hashOfEffects } from '../../../../src/core/security/authorize.ts';
import { commandEffects } from '../../../../src/core/security/command-effects.ts';
import { scriptEffects } from '../../../../src/core/security/script-fingerprint.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';
import { ruleForever } from '../../../../src/protocol/task-rules.ts';
import { type FileRig, fileRig, hash } from '../../tools/files/file-rig.ts';

describe('what a command runs by a file of the workspace', () => {
  let rig: FileRig;
  beforeEach(async () => {
    rig = await fileRig();
    for (const folder of ['sub/deep', 'sub\\deep']) await mkdir(path.join(rig.root, folder), { recursive: true });
    await symlink('sub/deep', path.join(rig.root, 'link'));
  });

  const put = (name: string, content: string): Promise<void> => writeFile(path.join(rig.root, name), content);
  const effectsOf = async (command: string): Promise<readonly Effect[]> => {
    const site = { files: rig.ports.files, cwd: rig.root, cwdZone: 'workspace' as const, roots: [rig.root] };
    const own = await commandEffects(command, site);
    return [...own, ...(await scriptEffects(rig.ports, own[0]?.commands ?? [], site))];
  };
  const kept = async (command: string): Promise<string | undefined> => {
    const effects = await effectsOf(command);
    return ruleForever(effects, false, hashOfEffects(hash, effects))?.effect;
  };

  it('changes with the scripts of package.json, not with the rest of it', async () => {
    await put('package.json', '{"version":"1","scripts":{"test":"a"}}');
    const first = await kept('npm test');
    await put('package.json', '{"version":"2","scripts":{"test":"a"}}');
    assert.equal(await kept('npm test'), first);
    await put('package.json', '{"version":"2","scripts":{"test":"b"}}');
    assert.notEqual(await kept('npm test'), first);
  });

  it('is nothing where no such program runs', async () => {
    await put('Makefile', 'a');
    for (const command of ['node make.js', 'git commit -m "let npm test"', 'echo make'])
      assert.equal((await effectsOf(command)).filter(({ verb }) => verb !== 'run').length, 0, command);
  });

  const where: readonly (readonly [file: string, commands: readonly string[]])[] = [
    [
      'Makefile',
      ['make', 'env CI=1 make all', 'timeout 9 make', 'cd sub && make', 'make -j4 -k all', "bash -c 'make'"],
    ],
    ['package.json', ['npm test', 'npm test -- -w *', 'npm run build --silent', 'CI=1 npm test > out.txt']],
    [
      'sub/package.json',
      [
        ...['cd sub && npm test', 'cd sub; npm test', '(cd sub && npm test)', 'cd sub/deep && npm test'],
        ...['cd sub && cd deep && cd .. && npm test', 'cd link/.. && cd sub && npm test', 'cd link && npm test'],
        ...['npm --prefix sub test', 'npm --prefix=./sub test', 'npm -C sub test', 'npm test --prefix sub'],
        ...['yarn --cwd sub test', 'pnpm --dir sub test', 'pnpm -C sub test', "bash -c 'cd sub && npm test'"],
        ...['if npm test; then :; fi; cd sub && npm test', 'cd sub | npm test', 'cd sub/deep && npm --prefix .. test'],
      ],
    ],
    [
      'sub/Makefile',
      ['make -C sub', 'make -Csub all', 'make --directory=sub', 'make --directory sub', 'make -C sub/deep'],
    ],
    ['sub\\deep/Makefile', ["cd 'sub\\deep' && make"]],
    ['sub/deep/Makefile', ['make -C link', 'cd sub && make -C deep', 'cd link && make']],
    [
      'sub/x.mk',
      [
        ...['make -f sub/x.mk', 'make -fsub/x.mk', 'make --file=sub/x.mk all', 'make --makefile sub/x.mk'],
        ...['make -C sub -f x.mk', 'cd sub && make -f x.mk', 'cd link && make -f ../x.mk'],
      ],
    ],
    ['sub/justfile', ['just -f sub/justfile', 'just --justfile sub/justfile', 'just -d sub', 'cd sub && just']],
    ['sub/Taskfile.yml', ['task -d sub', 'task -t sub/Taskfile.yml', 'task --taskfile=sub/Taskfile.yml']],
    ['sub/package.yaml', ['pnpm -C sub test']],
  ];
  for (const [file, commands] of where)
    for (const command of commands)
      it(`changes with ${file}: ${command}`, async () => {
        await put(file, '{"scripts":{"test":"a"}}');
        const first = await kept(command);
        assert.notEqual(first, undefined);
        assert.equal(await kept(command), first);
        await put(file, '{"scripts":{"test":"b"}}');
        assert.notEqual(await kept(command), first);
      });

  for (const command of [
    'make -C "$PLACE"',
    'make -C sub -C deep',
    'make -C sub/../sub',
    'make -C sub/deep/..',
    'make -C ../elsewhere',
    'make -C /elsewhere',
    'make -f -',
    'make -f /elsewhere/x.mk',
    'make -kC sub',
    'make --dir=sub',
    'make -I sub',
    'make MAKEFILES=sub/x.mk',
    'make $WORDS',
    'MAKEFLAGS=-Csub make',
    'env MAKEFLAGS=-Csub make',
    'env -C sub make',
    'echo -C sub | xargs make',
    'find sub -execdir make ";"',
    'export MAKEFLAGS=-Csub; make',
    'npm test -w sub',
    'npm test --workspace=sub',
    'npm test --workspaces',
    'npm test -ws',
    'npm -prefix sub test',
    'npm --pre sub test',
    'npm --prefix',
    'pnpm -r test',
    'pnpm --filter sub test',
    'pnpm --config.dir=sub test',
    'yarn workspace sub test',
    'just sub/build',
    'pushd sub; npm test',
    '. ./go.sh; npm test',
    'command cd sub; npm test',
    'cd() { pushd sub; }; cd x; npm test',
    'CDPATH=other; cd sub && npm test',
    'while npm test; do cd sub; done',
    "bash -c 'npm test' name",
    "env -S 'npm test'",
  ])
    it(`may be anything that nobody sees, so that no approval holds: ${command}`, async () => {
      await put('sub/package.json', '{"scripts":{"test":"a"}}');
      const effects = await effectsOf(command);
      assert.equal(effects.filter(({ unseen }) => unseen !== undefined).length, 1);
      assert.equal(await kept(command), undefined);
    });

  it('is not seen in a file that is too big, or no file', async () => {
    await put('Makefile', '#'.repeat(1_000_001));
    assert.equal(await kept('make'), undefined);
    const elsewhere = path.join((await fileRig()).root, 'Makefile');
    await writeFile(elsewhere, 'all:');
    await symlink(elsewhere, path.join(rig.root, 'sub/Makefile'));
    assert.equal(await kept('make -C sub'), undefined);
  });
});
