import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { redact } from '../../src/core/security/redact.ts';
import { labelOf } from '../../src/core/security/taint.ts';
import { type ConfinedRig, confinedRig, needsSandbox } from './confined-rig.ts';
import { knownBypass } from './known-bypass.ts';

/** What the sandbox is known to let through; docs/security.md lists the same. */
describe('known limits', () => {
  let rig: ConfinedRig;
  before(async function () {
    rig = await confinedRig();
    await needsSandbox(this, rig);
  });
  after(() => rig.close());

  knownBypass(
    'a protected file in a folder that was not there before does not exist for a moment',
    'a mount needs a place to be mounted on',
    async () => {
      const { output } = await rig.run(
        'mkdir -p fresh/.vscode && echo {} > fresh/.vscode/tasks.json && ls fresh/.vscode',
      );
      assert.ok(!output.includes('tasks.json'));
      await assert.rejects(stat(join(rig.workspace, 'fresh', '.vscode')), { code: 'ENOENT' });
    },
  );

  knownBypass(
    'a command fetches from a server that another command started',
    'each has a network of its own',
    async () => {
      const id = await rig.start("node -e \"require('http').createServer((q,s)=>s.end('hello')).listen(8765)\"");
      const { output } = await rig.run(
        'for i in 1 2 3 4 5; do curl -s --noproxy "*" http://127.0.0.1:8765 && break; sleep 0.2; done',
      );
      await rig.commands.stop(id);
      assert.match(output, /hello/);
    },
  );
});

/** The same of what needs no sandbox to be seen. */
describe('known limits of labels and redaction', () => {
  knownBypass('a key is noticed in a request however it is encoded', 'there is no end of encodings', async () => {
    const hidden = Buffer.from(`ghp_${'a1B2'.repeat(9)}`)
      .toString('base64')
      .replaceAll('', '.');
    assert.notEqual(redact(hidden), hidden);
  });

  knownBypass('a file that a task wrote from outside text stays labelled', 'labels belong to a task', async () => {
    assert.notEqual(labelOf([{ verb: 'read', object: '/work/fetched.html', zone: 'workspace' }]), undefined);
  });
});
