import { usualLimits } from '../../../src/adapters/sqlite/workspace-index/index-protocol.ts';
import { sqliteIndex } from '../../../src/adapters/sqlite/workspace-index/sqlite-index.ts';
import type { IndexState } from '../../../src/core/search/workspace-index.ts';
import { workerUrl } from './index-rig.ts';

// Indexes the folder of the first argument and prints how many files are done, a line each time, or `paused`. From as many
// files on as the last argument says it is held for ever.
const [root = '', home = '', powerSupply = '', heldFrom = 'Infinity'] = process.argv.slice(2);
const onState = (_folder: string, { phase, done, total }: IndexState): void => {
  if (total > 0) process.stdout.write(`${phase === 'paused' ? phase : done}\n`);
  if (done >= Number(heldFrom)) index.hold(true);
};
const index = sqliteIndex({ home, powerSupply, workerUrl, onState, limits: usualLimits });
await index.refresh([root], new AbortController().signal);
await index.close();
