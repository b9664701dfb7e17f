import assert from 'node:assert/strict';
import { lastName, placesOfSymbol } from '../../../../src/core/search/symbol-places.ts';

const text = `// total of a cart
import { total } from './sum';
const totals = [total(1), $total];
print(total(2));
`;

describe('the places of a symbol', () => {
  it('are whole names, in their order, code before comments', () => {
    assert.deepEqual(placesOfSymbol(text, 'total'), [
      { line: 1, character: 9 },
      { line: 2, character: 16 },
      { line: 3, character: 6 },
      { line: 0, character: 3 },
    ]);
  });

  it('begin at the line that is named, also where that is a comment', () => {
    assert.deepEqual(placesOfSymbol(text, 'total', 4)[0], { line: 3, character: 6 });
    assert.deepEqual(placesOfSymbol(text, 'total', 1)[0], { line: 0, character: 3 });
  });

  it('are found for names with signs of regular expressions, and never more than five', () => {
    assert.deepEqual(placesOfSymbol(text, '$total'), [{ line: 2, character: 26 }]);
    assert.equal(placesOfSymbol('a(a)\n'.repeat(50), 'a').length, 5);
    for (const odd of ['', '   ', '(', '.*', 'a.']) assert.deepEqual(placesOfSymbol(text, odd), []);
  });

  it('are those of the last part of a name', () => {
    for (const name of ['Cart.total', 'Cart::total', 'Cart#total()', 'cart->total(a, b)'])
      assert.equal(lastName(name), 'total');
  });
});
