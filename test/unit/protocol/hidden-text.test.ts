import assert from 'node:assert/strict';
import { saidText, seenText, seenWithOffsets } from '../../../src/protocol/hidden-text.ts';
import { matchText } from '../../../src/tools/files/edit/match-text.ts';
import { searchedText } from '../../../src/tools/files/edit/searched-text.ts';
import { inSlices } from '../../../src/tools/files/edit/slices.ts';

const tags = [...'run me'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');

describe('hidden text', () => {
  for (const [what, text, seen, removed] of [
    ['tag characters', `a${tags}b`, 'ab', 6],
    ['marks that reorder', 'a\u202eb\u2066c\u200fd\u061c', 'abcd', 4],
    ['characters without width', 'a\u200bb\u2060c\ufeffd', 'abcd', 3],
    ['joiners that join nothing', 'a\u200d b\u200c', 'a b', 2],
    ['colours and titles of a terminal', '\u001b[31mred\u001b[0m\u001b]0;title\u0007!', 'red!', 19],
    ['controls', 'a\u0000b\u0008c\u009bd', 'abcd', 3],
    ['private characters', 'a\ue000b\u{f0000}', 'ab', 2],
    ['selectors that encode bytes', `a${'\u{e0100}\u{e01ef}'}b`, 'ab', 2],
    ['fillers', 'a\u3164b\u115fc', 'abc', 2],
  ] as const)
    it(`is taken out: ${what}`, () => {
      const found = seenText(text);
      assert.deepEqual([found.text, found.removed], [seen, removed]);
      assert.match(saidText(text), new RegExp(`\\[${removed} hidden characters removed, in line 1\\]$`));
    });

  it('is not what people write', () => {
    for (const text of [
      'plain\ttext\r\nwith lines\n',
      'Grüße, 日本語, हिन्दी, العربية',
      'नी\u200dल',
      '👩\u200d💻 ❤\ufe0f',
      'می\u200cخواهم',
      '',
    ]) {
      assert.equal(seenText(text).text, text);
      assert.equal(saidText(text), text);
    }
  });

  it('is said with its lines', () => {
    assert.match(saidText(`one\ntwo\u200b\n\u200bthree\u200b\n`), /\[3 hidden characters removed, in lines 2, 3\]$/);
    assert.match(saidText('x\u200b'), /\[1 hidden character removed, in line 1\]$/);
  });

  it('does not keep an edit from finding what was shown of the file', async () => {
    const file = `first\nconst na\u200bme = 1;${tags}\nlast\n`;
    const found = await inSlices(matchText(searchedText(file), 'const name = 1;', 'const name = 2;'));
    assert.equal(found.step, 'hidden characters');
    const [place] = found.places;
    assert.equal(file.slice(place?.start, place?.end), 'const na\u200bme = 1;');
    assert.equal(seenWithOffsets('nothing hidden'), undefined);
  });
});
