import assert from 'node:assert/strict';
import { layersOf } from '../../../src/webview/panel/layers.ts';

const node = (id: string, ...after: readonly string[]) => ({ id, after });
const rows = (...nodes: readonly ReturnType<typeof node>[]) => layersOf(nodes).map((row) => row.map(({ id }) => id));

describe('the rows of a graph', () => {
  it('put each node below everything it comes after', () => {
    assert.deepEqual(rows(node('d', 'b', 'c'), node('a'), node('b', 'a'), node('c', 'b')), [
      ['a'],
      ['b'],
      ['c'],
      ['d'],
    ]);
    assert.deepEqual(rows(node('a'), node('b', 'a'), node('c', 'a'), node('d', 'b', 'c')), [['a'], ['b', 'c'], ['d']]);
  });

  it('heed neither unknown names nor circles', () => {
    assert.deepEqual(rows(node('a', 'gone')), [['a']]);
    assert.deepEqual(rows(node('a', 'b'), node('b', 'a')).flat().sort(), ['a', 'b']);
    assert.deepEqual(rows(), []);
  });
});
