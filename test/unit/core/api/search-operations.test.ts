import assert from 'node:assert/strict';
import { parseDocument } from '../../../../src/core/api/parse-document.ts';
import { operationIndex } from '../../../../src/core/api/search-operations.ts';
import { shopApi, shopQuestions } from '../../../support/shop-api.ts';

describe('the search for operations', () => {
  it('finds the right one of 200 among the first five for at least 36 of 40 questions', () => {
    const document = parseDocument({ name: 'shop', spec: '/shop.json' }, shopApi('https://shop.example/v1'));
    assert.equal(document.operations.length, 200);
    const index = operationIndex(document);
    const places = shopQuestions.map(([question, wanted]) =>
      index.search(question, 200).findIndex((place) => document.operations[place]?.id === wanted),
    );
    const missed = shopQuestions.filter((_, at) => !isAmong(places[at], 5)).map(([question]) => question);
    assert.equal(shopQuestions.length, 40);
    assert.ok(missed.length <= 4, `${40 - missed.length} of 40; not: ${missed.join('; ')}`);
    if (process.env['OPENMAGUS_FIGURES']) {
      console.log(
        `      first: ${places.filter((place) => isAmong(place, 1)).length}, first five: ${40 - missed.length} of 40`,
      );
      console.log(missed.join('\n'));
    }
  });
});

function isAmong(place: number | undefined, first: number): boolean {
  return place !== undefined && place >= 0 && place < first;
}
