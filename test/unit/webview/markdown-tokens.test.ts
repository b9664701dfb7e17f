import assert from 'node:assert/strict';
import { growTokens, markdownTokens } from '../../../src/webview/markdown-tokens.ts';

const tooDeep = `${'>'.repeat(3000)}a`;

describe('markdownTokens', () => {
  it('gives a text that nests too deep as it was written', () => {
    assert.deepEqual(markdownTokens(tooDeep), [{ type: 'plain', raw: tooDeep, text: tooDeep }]);
  });
});

describe('growTokens', () => {
  it('keeps what was settled when the rest nests too deep', () => {
    const prose = 'One.\n\nTwo.\n\n';
    const before = growTokens(undefined, prose);
    const { settled, open, covered } = growTokens(before, prose + tooDeep);
    assert.equal(settled[0], before.settled[0]);
    assert.equal(covered + open.map(({ raw }) => raw).join('').length, prose.length + tooDeep.length);
    assert.equal(open.at(-1)?.type, 'plain');
  });
});
