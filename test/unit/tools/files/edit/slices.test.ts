import assert from 'node:assert/strict';
import { applyEdits } from '../../../../../src/tools/files/edit/apply-edits.ts';
import { applyHunks } from '../../../../../src/tools/files/edit/apply-hunks.ts';
import { inSlices, type Slices } from '../../../../../src/tools/files/edit/slices.ts';

const lines = Array.from(
  { length: 36_000 },
  (_, index) => `  const value${index} = compute(input[${index}], "some name");`,
);
const text = lines.join('\n');
const nowhere = Array.from(
  { length: 12 },
  (_, index) => `  const values${index} = measure(output[${index}], 'a word');`,
);

/** How often others had their turn before it ended with this code. */
async function turnsUntil(work: Slices<unknown>, code: string): Promise<number> {
  let turns = 0;
  const others = setInterval(() => turns++, 1);
  try {
    await assert.rejects(inSlices(work), { code });
    return turns;
  } finally {
    clearInterval(others);
  }
}

describe('an edit of a big file', () => {
  it('that fits nowhere lets others work meanwhile', async () => {
    const edit = { old_text: nowhere.join('\n'), new_text: 'x' };
    assert.ok((await turnsUntil(applyEdits(text, [edit]), 'NO_MATCH')) > 1);
    const hunk = {
      anchors: [],
      endOfFile: false,
      at: 3,
      lines: nowhere.map((line) => ({ mark: '-' as const, text: line })),
    };
    assert.ok((await turnsUntil(applyHunks(text, [hunk], 'a.ts'), 'NO_MATCH')) > 1);
  });

  it('is made as in one go', async () => {
    const block = lines.slice(100, 110).join('\n');
    const { text: edited } = await inSlices(applyEdits(text, [{ old_text: block, new_text: 'y' }]));
    assert.equal(edited, text.replace(block, 'y'));
  });
});
