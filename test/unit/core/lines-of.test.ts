import assert from 'node:assert/strict';
import { linesOf } from '../../../src/core/lines-of.ts';

async function* chunks(...parts: readonly (Uint8Array | string)[]): AsyncGenerator<Uint8Array | string> {
  yield* parts;
}
async function all(longest: number, ...parts: readonly (Uint8Array | string)[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunks(...parts), longest)) lines.push(line);
  return lines;
}

describe('the lines of a stream', () => {
  it('end at line feeds alone, wherever the pieces of the stream end', async () => {
    assert.deepEqual(await all(100, 'on', 'e\r', '\ntwo\n\nfour'), ['one', 'two', '', 'four']);
    assert.deepEqual(await all(100, 'a\u2028b\u2029c\u0085d\re\n'), ['a\u2028b\u2029c\u0085d\re']);
  });

  it('are whole where a piece ends inside a character', async () => {
    const bytes = new TextEncoder().encode('😀\nß\n');
    for (let at = 0; at <= bytes.length; at += 1)
      assert.deepEqual(await all(100, bytes.subarray(0, at), bytes.subarray(at)), ['😀', 'ß']);
  });

  it('are cut one character beyond the longest, and the next is whole', async () => {
    assert.deepEqual(await all(3, 'abc\nabcd\nabcdefgh', 'ij\nxyz\n'), ['abc', 'abcd', 'abcd', 'xyz']);
  });
});
