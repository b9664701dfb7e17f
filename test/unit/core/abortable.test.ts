import assert from 'node:assert/strict';
import { abortable } from '../../../src/core/abortable.ts';

describe('work that cannot be interrupted', () => {
  it('fails unheard when nobody waited for it from the beginning', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    try {
      const given = new Error('given up');
      await assert.rejects(abortable(Promise.reject(new Error('late')), AbortSignal.abort(given)), given);
      await new Promise((done) => setImmediate(done));
      assert.deepEqual(unheard, []);
    } finally {
      process.off('unhandledRejection', hear);
    }
  });
});
