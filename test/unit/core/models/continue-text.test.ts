import assert from 'node:assert/strict';
import fc from 'fast-check';
import { continuation, withoutOverlap } from '../../../../src/core/models/continue-text.ts';

function shown(partial: string, pieces: readonly string[]): string {
  let text = '';
  const continued = withoutOverlap(partial, (piece) => {
    text += piece;
  });
  for (const piece of pieces) continued.onText(piece);
  continued.flush();
  return text;
}

describe('a text that is continued', () => {
  const partial = 'The total is computed by adding every price';

  it('is not repeated: not its end, not the whole of it', () => {
    assert.equal(shown(partial, ['adding ', 'every price', ' of the cart.']), ' of the cart.');
    assert.equal(shown(partial, [`${partial} of the`, ' cart.']), ' of the cart.');
    assert.equal(shown(partial, [' of the cart.']), ' of the cart.');
    assert.equal(shown(partial, [partial]), '');
  });

  it('keeps words that only look like a repetition', () => {
    assert.equal(shown(partial, ['every', ' one of them']), 'every one of them');
    assert.equal(shown('short', ['short', ' again']), 'short again');
  });

  it('loses nothing, however it is cut', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.array(fc.string({ maxLength: 8 })), (before, pieces) => {
        const whole = pieces.join('');
        const seen = shown(before, pieces);
        assert.ok(whole.endsWith(seen));
        const dropped = whole.slice(0, whole.length - seen.length);
        assert.ok(dropped === '' || before.endsWith(dropped));
      }),
    );
  });

  it('is shown to the model as its own turn', () => {
    const messages = [{ role: 'user', content: 'Go' }] as const;
    assert.equal(continuation(messages, ''), messages);
    assert.deepEqual(
      continuation(messages, 'Half').map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
  });
});
