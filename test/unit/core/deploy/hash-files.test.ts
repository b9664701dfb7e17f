import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFileSystem } from '../../../../src/adapters/files/node-file-system.ts';
import { hashFiles } from '../../../../src/core/deploy/hash-files.ts';
import type { FileSystem } from '../../../../src/core/ports.ts';
import { hash, newFolder } from '../../tools/files/file-rig.ts';

const ports = { files: nodeFileSystem(hash), hash };

describe('the files that a plan is held to', () => {
  it('are counted once, however many places hold them, and named whatever they are called', async () => {
    const root = await newFolder();
    mkdirSync(join(root, 'public'));
    for (const name of ['a', '__proto__']) writeFileSync(join(root, 'public', name), name, { mode: 0o600 });
    const found = await hashFiles(ports, root, ['public', 'public/a', 'gone']);
    assert.deepEqual(Object.keys(found).sort(), ['gone', 'public/__proto__', 'public/a']);
    assert.match(found['public/a'] ?? '', /^[0-9a-f]{64} /);
    assert.equal(found['gone'], 'missing');
  });

  it('are at most 20,000 and 500 MB', async () => {
    const root = await newFolder();
    // As many on a disk would take longer than all other tests here.
    const entries = Array.from({ length: 10_000 }, (_, index) => ({ name: String(index), kind: 'file' as const }));
    const files: FileSystem = {
      ...ports.files,
      facts: async (path) => {
        const folder = /[/](?:a|b)$/.test(path);
        return { real: path, kind: folder ? 'directory' : 'file', size: 0, modifiedMs: 0, mode: 0o600 };
      },
      entries: async () => entries,
      read: async () => new Uint8Array(),
    };
    assert.equal(Object.keys(await hashFiles({ files, hash }, root, ['a', 'b'])).length, 20_000);
    const oneMore = hashFiles({ files, hash }, root, ['a', 'b', 'c']);
    await assert.rejects(oneMore, { code: 'TOO_LARGE', message: /^c has more than 20000 files/ });
    writeFileSync(join(root, 'large'), '');
    truncateSync(join(root, 'large'), 500_000_001);
    await assert.rejects(hashFiles(ports, root, ['large']), { code: 'TOO_LARGE' });
  });
});
