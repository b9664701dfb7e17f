import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeFileSystem } from '../../../../src/adapters/files/node-file-system.ts';
import { systemHash } from '../../../../src/adapters/system/system.ts';
import type { Ports } from '../../../../src/core/ports.ts';
import { remember } from '../../../../src/tools/memory/remember.ts';

describe('remembering a fact', () => {
  it('reads the files that it cites, so that those outside and those with secrets are asked for', async () => {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'remember-')));
    try {
      await writeFile(path.join(folder, '.env'), 'A=1\n');
      const ports = { files: nodeFileSystem(systemHash) } as Partial<Ports> as Ports;
      const scope = {
        taskId: 't',
        callId: 'c',
        roots: [folder],
        seen: new Map(),
        changes: () => [],
        record: async () => {},
      };
      const effects = await remember.effects(ports, scope, { text: 'x', cites: ['a.ts:12', '/etc/hosts:1-3', '.env'] });
      assert.deepEqual(effects, [
        { verb: 'remember', object: 'x', zone: 'workspace' },
        { verb: 'read', object: path.join(folder, 'a.ts'), zone: 'workspace' },
        { verb: 'read', object: '/etc/hosts', zone: 'outside' },
        { verb: 'read', object: path.join(folder, '.env'), zone: 'workspace', protects: 'a file that holds secrets' },
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
