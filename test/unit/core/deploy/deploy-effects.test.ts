import assert from 'node:assert/strict';
import { nodeFileSystem } from '../../../../src/adapters/files/node-file-system.ts';
import { releaseEffects } from '../../../../src/core/deploy/deploy-effects.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';
import { hash } from '../../tools/files/file-rig.ts';
import { emptyPlan } from './empty-plan.ts';

/** What the health check of a release means in that shell. */
async function checkedBy(command: string, shell: string): Promise<Effect | undefined> {
  const plan = { ...emptyPlan, health: { command, withinS: 30 } };
  const deployment = { plan, digest: 'd', state: 'planned', note: '', changedAtMs: 0 } as const;
  const ports = { files: nodeFileSystem(hash), commands: { shell } };
  const effects = await releaseEffects(ports, deployment, 'apply', []);
  return effects.find(({ verb }) => verb === 'run');
}

describe('what a release does', () => {
  it('has its health check judged in the words of the shell that runs it', async () => {
    const reads = String.raw`cat C:\Users\ann\secret`;
    assert.equal((await checkedBy(reads, '/bin/bash on linux'))?.readsOnly, true);
    assert.equal((await checkedBy(reads, 'cmd.exe on win32'))?.readsOnly, undefined);
    const quoted = "echo 'a & del b'";
    assert.equal((await checkedBy(quoted, '/bin/bash on linux'))?.protects, undefined);
    for (const shell of ['cmd.exe on win32', 'powershell.exe on win32'])
      assert.match((await checkedBy(quoted, shell))?.protects ?? '', /not in plain words/);
  });
});
