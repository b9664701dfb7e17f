import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { parseInWords } from '../../../../src/core/errors/parse-in-words.ts';

const schema = z.object({
  path: z.string().check(z.minLength(1)),
  edits: z.optional(z.array(z.object({ old_text: z.string() })).check(z.maxLength(2))),
  mode: z.optional(z.enum(['tail', 'grep'])),
  lines: z.optional(z.number().check(z.minimum(1), z.maximum(9))),
  name: z.optional(z.string().check(z.regex(/^[a-z]+$/))),
});

describe('a value against a schema', () => {
  const table: readonly (readonly [unknown, readonly string[]])[] = [
    [{}, ['path: is missing; it is a string']],
    [{ path: 7 }, ['path: must be a string']],
    [{ path: '' }, ['path: must not be empty']],
    ['text', ['the value: must be an object']],
    [
      { path: 'a', edits: [{ old_text: 1 }, {}] },
      ['edits[0].old_text: must be a string', 'edits[1].old_text: is missing; it is a string'],
    ],
    [{ path: 'a', edits: [1, 2, 3].map(() => ({ old_text: '' })) }, ['edits: must be at most 2 items long']],
    [{ path: 'a', mode: 'head' }, ['mode: must be one of tail, grep']],
    [{ path: 'a', lines: 0 }, ['lines: must be at least 1']],
    [{ path: 'a', lines: 10 }, ['lines: must be at most 9']],
    [{ path: 'a', name: 'A' }, ['name: must match /^[a-z]+$/']],
    [{ path: { length: [{ toString: 1, valueOf: null }] } }, ['the value: cannot be read; write it anew']],
  ];
  for (const [value, faults] of table) {
    it(`${JSON.stringify(value)}: ${faults.join('; ')}`, () => {
      assert.deepEqual(parseInWords(schema, value, 'the value'), { ok: false, faults });
    });
  }

  it('of several kinds says what each of them lacks', () => {
    const server = z.union([z.object({ command: z.string() }), z.object({ url: z.url() })]);
    const words = 'it: command is missing; it is a string, or url is missing; it is a string';
    assert.deepEqual(parseInWords(server, {}, 'it'), { ok: false, faults: [words] });
    assert.deepEqual(parseInWords(server, { url: 'no' }, 'it'), { ok: false, faults: ['url: must be a URL'] });
    const value = z.object({ variable: z.union([z.string(), z.number()]) });
    const faults = ['variable: must be a string, or must be a number'];
    assert.deepEqual(parseInWords(value, { variable: [] }, 'it'), { ok: false, faults });
  });

  it('is passed on when it fits, with its defaults', () => {
    const filled = z.object({ a: z._default(z.number(), 3) });
    assert.deepEqual(parseInWords(filled, {}, 'it'), { ok: true, value: { a: 3 } });
  });
});
