import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProtected, mounted, setAside } from '../../../src/adapters/sandbox/protected-files.ts';

describe('protected files of a workspace that has very many', () => {
  let root: string;
  let aside: string;
  beforeEach(async function () {
    // Windows has no such `find`.
    if (process.platform === 'win32') this.skip();
    root = await realpath(await mkdtemp(join(tmpdir(), 'protected-')));
    aside = await realpath(await mkdtemp(join(tmpdir(), 'aside-')));
  });
  afterEach(async () => {
    for (const folder of [root, aside]) if (folder) await rm(folder, { recursive: true, force: true });
  });
  const make = async (...paths: readonly string[]): Promise<void> => {
    for (const path of paths) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), `${path}\n`);
    }
  };
  const numbered = (count: number, nameOf: (index: number) => string): readonly string[] =>
    Array.from({ length: count }, (_, index) => nameOf(index));

  it('are all set aside when they are new, however many hide the deepest', async () => {
    const before = await findProtected([root]);
    const shallow = numbered(1200, (index) => `.env.${index}`);
    await make(...shallow, 'sub/.vscode/tasks.json', 'sub/AGENTS.md');
    const moved = await setAside([root], before, aside);
    assert.deepEqual(moved.map(({ path }) => path).sort(), [...shallow, 'sub/.vscode', 'sub/AGENTS.md'].sort());
    await assert.rejects(stat(join(root, 'sub')), { code: 'ENOENT' });
  });

  it('stay where they are when one of them goes away', async () => {
    const own = numbered(1260, (index) => `packages/p${index}/package.json`);
    await make(...own);
    const before = await findProtected([root]);
    await rm(join(root, 'packages', 'p0'), { recursive: true });
    assert.deepEqual(await setAside([root], before, aside), []);
    for (const path of own.slice(1)) assert.equal(await readFile(join(root, path), 'utf8'), `${path}\n`);
  });

  it('are mounted up to a number, the shallowest first', () => {
    const deep = numbered(1300, (index) => `/w/packages/p${index}/package.json`);
    const { protectedPaths, secretFiles } = mounted({ protectedPaths: [...deep, '/w/.git'], secretFiles: ['/w/.env'] });
    assert.equal(protectedPaths.length, 1200);
    assert.equal(protectedPaths[0], '/w/.git');
    assert.deepEqual(secretFiles, ['/w/.env']);
  });
});
