import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../src/adapters/files/node-file-system.ts';
import { systemHash } from '../../src/adapters/system/system.ts';
import { sealAuthorized } from '../../src/core/security/authorized.ts';

/** At least so many writes, and as many more as it takes to meet 10,000 swaps. */
const count = Number(process.env['OPENMAGUS_RACES'] ?? 200);

/** Another process that makes a name lead outside and back, as fast as it can, and counts. */
const swapper = `
const fs = require('node:fs');
const [name, aside, target] = process.argv.slice(1);
let swaps = 0;
process.on('SIGTERM', () => { process.stdout.write(String(swaps)); process.exit(); });
const attempt = (action) => { try { action(); return true; } catch { return false; } };
const tick = () => {
  for (let times = 0; times < 20; times++) {
    attempt(() => fs.renameSync(name, aside));
    if (attempt(() => fs.symlinkSync(target, name)) && ++swaps === 10000) process.stdout.write('enough ');
    attempt(() => fs.readlinkSync(name));
    attempt(() => fs.unlinkSync(name));
    // A write may have made the folder anew meanwhile.
    while (!attempt(() => fs.renameSync(aside, name)) && fs.existsSync(aside)) attempt(() => fs.rmSync(name, { recursive: true, force: true }));
  }
  setImmediate(tick);
};
process.stdout.write('ready ');
tick();
`;

describe('a path that is swapped between the decision and its use', () => {
  const files = nodeFileSystem(systemHash);
  let base: string;
  let work: string;
  let outside: string;

  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'races-')));
    [work, outside] = [join(base, 'work'), join(base, 'outside')];
    for (const folder of [join(work, 'real'), outside]) await mkdir(folder, { recursive: true });
    await writeFile(join(outside, 'a.txt'), 'theirs');
    await writeFile(join(work, 'real/a.txt'), 'ours 0');
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  /** Writes again and again while a name is swapped with a link; answers how many writes and swaps there were. */
  async function race(
    swapped: string,
    target: string,
    path: string,
  ): Promise<{ written: number; refused: number; swaps: number }> {
    const aside = join(base, 'aside');
    const child = spawn(process.execPath, ['-e', swapper, swapped, aside, target], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += chunk;
    });
    await once(child.stdout, 'data');
    let [written, refused] = [0, 0];
    for (let made = 0; made < count || !told.includes('enough'); made++) {
      const after = Buffer.from(`ours ${made + 1}`);
      const before = await readFile(path).then(systemHash.sha256, () => null);
      const authorized = sealAuthorized([{ verb: 'write', object: path, zone: 'workspace' }], 'h');
      await files.commit(authorized, [{ path, before, after }]).then(
        () => written++,
        () => refused++,
      );
    }
    child.kill('SIGTERM');
    await once(child, 'close');
    return { written, refused, swaps: Number(told.split(' ').at(-1)) };
  }

  it('never makes a write land outside through its folder', async function () {
    this.timeout(60_000 + count * 50);
    const { written, refused, swaps } = await race(join(work, 'real'), outside, join(work, 'real/a.txt'));
    console.log(`      ${swaps} swaps: ${written} writes inside, ${refused} refused`);
    assert.deepEqual(await readdir(outside), ['a.txt']);
    assert.equal(await readFile(join(outside, 'a.txt'), 'utf8'), 'theirs');
    assert.ok(swaps >= 10_000);
    assert.ok(refused > 0, 'the swaps never met a write');
  });

  it('never makes a write land outside through the file itself', async function () {
    this.timeout(60_000 + count * 50);
    await race(join(work, 'real/a.txt'), join(outside, 'a.txt'), join(work, 'real/a.txt'));
    assert.deepEqual(await readdir(outside), ['a.txt']);
    assert.equal(await readFile(join(outside, 'a.txt'), 'utf8'), 'theirs');
  });

  it('never makes a folder outside', async function () {
    this.timeout(60_000 + count * 50);
    await race(join(work, 'real'), outside, join(work, 'real/new/deep/b.txt'));
    assert.deepEqual(await readdir(outside), ['a.txt']);
  });
});
