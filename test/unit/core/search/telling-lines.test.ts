import assert from 'node:assert/strict';
import { tellingLines, wordsIn } from '../../../../src/core/search/telling-lines.ts';

describe('words in a text', () => {
  it('are held in other endings and as parts of names, short ones only as wholes', () => {
    assert.deepEqual(wordsIn('the parser parses userId', ['parsing', 'parse', 'user', 'id', 'us']), [
      'parsing',
      'parse',
      'user',
      'id',
    ]);
    assert.deepEqual(wordsIn('width of a grid', ['id', 'grid']), ['grid']);
    assert.deepEqual(wordsIn('İstanbul ß ok', ['ok']), ['ok']);
  });
});

describe('telling lines', () => {
  const text = [
    'one',
    'a total',
    'two',
    'the total price',
    '',
    ...Array.from({ length: 100 }, () => 'filler'),
    'total price tax',
  ].join('\n');

  it('are those near the found parts that hold most words, in their order', () => {
    assert.deepEqual(tellingLines(text, ['total', 'price', 'tax'], { near: [1], count: 2 }), [
      { line: 2, text: 'a total' },
      { line: 4, text: 'the total price' },
    ]);
    assert.deepEqual(tellingLines(text, ['total', 'price', 'tax'], { near: [90], count: 1 }), [
      { line: 106, text: 'total price tax' },
    ]);
  });

  it('are looked for everywhere when the part has moved, and are none when it is gone', () => {
    assert.deepEqual(tellingLines(text, ['tax'], { near: [40], count: 2 }), [{ line: 106, text: 'total price tax' }]);
    assert.deepEqual(tellingLines(text, ['zebra'], { near: [1], count: 2 }), []);
  });
});
