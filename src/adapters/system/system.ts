import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Hash } from '../../core/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal });
  },
};

export const systemHash: Hash = {
  sha256: (content) => createHash('sha256').update(content).digest('hex'),
  randomId: () => randomBytes(12).toString('hex'),
};
