import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Deployments, planLifetimeMs } from '../../core/deploy/deployment.ts';
import type { JournalThread } from './journal-thread.ts';

/** Plans and releases in the journal; what a plan leaves to its apply lies in the folder while the plan is good. */
export function createDeployments(thread: JournalThread, folder: string): Deployments {
  return {
    folder: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Saved plans hold the values of what they would make, secret ones as well.
      for (const name of await readdir(folder)) await removeOld(path.join(folder, name));
      return folder;
    },
    add: async (deployment) => void (await thread.ask('addDeployment', { deployment })),
    get: async (planId) => (await thread.ask('readDeployment', { planId })) ?? undefined,
    releases: (root, limit) => thread.ask('releasesOf', { root, limit }),
    change: (from, to) => thread.ask('changeDeployment', { from, to }),
    knows: (targetHash) => thread.ask('knowsTarget', { targetHash }),
  };
}

async function removeOld(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found && Date.now() - found.mtimeMs > 4 * planLifetimeMs) await rm(file, { force: true });
}
