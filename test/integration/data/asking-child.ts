import path from 'node:path';
import { processData } from '../../../src/adapters/data/process-data.ts';
import { scratchFolders } from '../../../src/adapters/system/scratch-folders.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';
import { entry } from './data-rig.ts';

/** Asks a query and waits for its answer: whoever starts this kills it meanwhile. */
const [home = '', file = '', sql = ''] = process.argv.slice(2);
const call = {
  authorized: sealAuthorized([{ verb: 'read', object: file, zone: 'workspace' }], 'hash'),
  taskId: 'task',
  callId: 'call',
  onProgress: () => undefined,
};
const query = { sources: [{ path: file, shown: 'a.csv' }], sql, limit: 10, timeoutMs: 60_000, engine: 'auto' } as const;
await processData(entry, home, scratchFolders(path.join(home, 'scratch'))).query(
  call,
  query,
  new AbortController().signal,
);
