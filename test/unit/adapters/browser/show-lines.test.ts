import assert from 'node:assert/strict';
import type { PageLine } from '../../../../src/adapters/browser/compact-snapshot.ts';
import { changedLines, linesAbout, showLines } from '../../../../src/adapters/browser/show-lines.ts';

const lines = (text: string): readonly PageLine[] =>
  text.split('\n').map((line) => ({ depth: line.search(/\S/), text: line.trim() }));

describe('lines of a page', () => {
  const page = lines(`main e1
 list e2
  button "Tea 7" e3
  button "Coffee" e77
 "Footer"`);

  it('go on where they were cut', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ depth: 0, text: `line ${index + 1}` }));
    const first = showLines(many, 1, 500);
    const next = Number(/"from": (\d+)/.exec(first)?.[1]);
    assert.match(first, new RegExp(`line ${next - 1}\n\\[${101 - next} more lines`));
    assert.ok(showLines(many, next, 500).startsWith(`line ${next}\n`));
    assert.ok(first.length <= 500);
  });
  it('are found by their words and not by their refs, with what they stand under', () => {
    assert.equal(showLines(linesAbout(page, '7')), 'main e1\n list e2\n  button "Tea 7" e3');
    assert.deepEqual(linesAbout(page, 'e77'), []);
  });
  it('are told as new or gone, and a control that only changed as new alone', () => {
    const after = lines(`main e1
 list e2
  button "Tea 7" checked e3
 "Footer"`);
    assert.equal(
      showLines(changedLines(page, after)),
      '  main e1\n   list e2\n  + button "Tea 7" checked e3\n- button "Coffee" e77',
    );
    assert.deepEqual(changedLines(page, page), []);
  });
});
