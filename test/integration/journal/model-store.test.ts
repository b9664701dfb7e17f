import assert from 'node:assert/strict';
import { createJournalFolder, type JournalFolder } from './journal-fixture.ts';

describe('what the journal keeps of models', () => {
  let folder: JournalFolder;
  beforeEach(async () => {
    folder = await createJournalFolder();
  });
  afterEach(() => folder.remove());

  it('never reserves more than is left of a day, in whichever process', async () => {
    const ledgers = [(await folder.open()).ledger, (await folder.open()).ledger];
    const reserve = async (id: number, day = '2026-01-02'): Promise<boolean | undefined> =>
      ledgers[id % 2]?.reserve({ id: `r${id}`, day, usd: 0.3, limitUsd: 1 });
    const taken = await Promise.all([1, 2, 3, 4, 5, 6].map((id) => reserve(id)));
    assert.equal(taken.filter((reserved) => reserved).length, 3);
    const first = taken.indexOf(true) + 1;
    await ledgers[0]?.settle(`r${first}`, 0.01);
    assert.equal(await reserve(7), true);
    assert.equal(await reserve(8), false);
    assert.equal(await reserve(9, '2026-01-03'), true);
  });

  it('keeps answers over a restart, and drops the least used above the cap', async () => {
    const body = JSON.stringify({ text: 'é'.repeat(500) });
    const first = await folder.open();
    for (const [index, key] of ['a', 'b', 'c'].entries())
      await first.answers.keep(key, body, { nowMs: 1000 + index, maxBytes: 10_000 });
    await first.close();
    const { answers } = await folder.open();
    assert.equal(await answers.read('a', { afterMs: 0, nowMs: 2000 }), body);
    assert.equal(await answers.read('a', { afterMs: 1000, nowMs: 2000 }), undefined);
    await answers.keep('d', body, { nowMs: 3000, maxBytes: 3100 });
    const read = await Promise.all(['a', 'b', 'c', 'd'].map((key) => answers.read(key, { afterMs: 0, nowMs: 4000 })));
    assert.deepEqual(
      read.map((found) => found !== undefined),
      [true, false, true, true],
    );
  });
});
