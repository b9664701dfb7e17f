import assert from 'node:assert/strict';
import { riskyFirst } from '../../../src/protocol/effects.ts';
import { visibleText } from '../../../src/protocol/visible-text.ts';

describe('what a person sees before allowing', () => {
  it('shows characters that are drawn as nothing, reorder or move by their numbers', () => {
    assert.equal(visibleText('ls \u200b-a'), 'ls ⟨U+200B⟩-a');
    assert.equal(visibleText('a\u202eb\rc\u001b[2K'), 'a⟨U+202E⟩b⟨U+000D⟩c⟨U+001B⟩[2K');
    assert.equal(visibleText('x\u{e0061}y\u3164z\u00a0'), 'x⟨U+E0061⟩y⟨U+3164⟩z⟨U+00A0⟩');
  });

  it('leaves ordinary text of any language as it is', () => {
    for (const text of ['echo "a\tb"\nls', 'Größe 你好 🚀', 'наука']) assert.equal(visibleText(text), text);
  });

  it('puts what is risky first and what is only read last', () => {
    const effects = [
      { verb: 'read', object: 'a', zone: 'workspace' },
      { verb: 'run', object: 'b', zone: 'workspace' },
      { verb: 'read', object: 'c', zone: 'outside' },
      { verb: 'write', object: 'd', zone: 'workspace', protects: 'hooks' },
    ] as const;
    assert.deepEqual(
      riskyFirst(effects).map(({ object }) => object),
      ['d', 'c', 'b', 'a'],
    );
  });

  it('is not pushed out of sight by padding', () => {
    assert.equal(visibleText(`ls${' '.repeat(5000)}; rm x`), 'ls ⟨5000 blanks⟩ ; rm x');
    assert.equal(visibleText(`ls${'\n'.repeat(500)}rm x`), 'ls\n⟨500 lines⟩\nrm x');
  });
});
