import assert from 'node:assert/strict';
import { estimateTokens } from '../../../../src/core/models/estimate-tokens.ts';

describe('the token estimate', () => {
  it('counts nothing for nothing and rises with the text', () => {
    assert.equal(estimateTokens(''), 0);
    assert.ok(estimateTokens('one two three') >= 3);
    assert.ok(estimateTokens('one two three four') > estimateTokens('one two three'));
  });

  it('weighs JSON, identifiers and other scripts above prose', () => {
    const perCharacter = (text: string): number => estimateTokens(text.repeat(50)) / (text.length * 50);
    const prose = perCharacter('The quick brown fox jumps over the lazy dog. ');
    for (const text of ['{"path":"src/a.ts","line":12},', 'readFileSyncFromDisk ', '世界的语言', 'aGVsbG8gV29ybGQ']) {
      assert.ok(perCharacter(text) > prose, text);
    }
  });

  it('counts hostile text as well, twice as much for twice as much', () => {
    for (const text of ['a', ' ', '{', '🧙', '\n', '\ud83e', 'aA']) {
      const [once, twice] = [estimateTokens(text.repeat(1000)), estimateTokens(text.repeat(2000))];
      assert.ok(twice >= once && twice <= 2 * once, text);
    }
  });
});
