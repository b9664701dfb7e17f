import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chunkText, definedNames } from '../../../../src/core/search/chunk-text.ts';

const line = 'const value = compute(other, things);';

describe('a text in parts', () => {
  it('keeps every line that says something, in its order and with its number', () => {
    const anyText = fc
      .array(fc.oneof(fc.constantFrom('', '  ', line, 'x'.repeat(3000)), fc.string({ maxLength: 80 })), {
        maxLength: 200,
      })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(anyText, (text) => {
        const lines = text.split('\n');
        let next = 1;
        for (const chunk of chunkText(text)) {
          const own = chunk.text.split('\n');
          assert.deepEqual(own, lines.slice(chunk.line - 1, chunk.line - 1 + own.length));
          assert.equal(
            lines
              .slice(next - 1, chunk.line - 1)
              .join('')
              .trim(),
            '',
          );
          next = chunk.line + own.length;
          assert.ok(chunk.text.length <= 2100 || own.length === 1, `${chunk.text.length}`);
        }
        assert.equal(
          lines
            .slice(next - 1)
            .join('')
            .trim(),
          '',
        );
      }),
    );
  });

  it('is cut at a blank line where one is in the second half', () => {
    const text = [...Array.from({ length: 40 }, () => line), '', ...Array.from({ length: 40 }, () => line)].join('\n');
    assert.deepEqual(
      chunkText(text).map((chunk) => chunk.line),
      [1, 42],
    );
  });
});

describe('names that a part defines', () => {
  it('are found in most languages', () => {
    const text = `
export async function readAll() {}
  class UserStore extends Base {
def parse_line(self):
pub(crate) fn walk_dir() {}
func (c *Context) BindJSON(obj any) error {
public static final class Builder {
type Option = string;
exports.createServer = create;
app.prototype.listen = function () {};
const { a } = b;
if (x == y) return notDefined;
total.price == 5;`;
    assert.deepEqual(definedNames(text).split(' '), [
      'readAll',
      'UserStore',
      'parse_line',
      'walk_dir',
      'BindJSON',
      'Builder',
      'Option',
      'createServer',
      'listen',
    ]);
  });

  it('take no time on hostile text', () => {
    const began = performance.now();
    for (const text of ['pub('.repeat(20_000), 'export '.repeat(20_000), 'a.'.repeat(50_000), ' '.repeat(100_000)])
      definedNames(text);
    assert.ok(performance.now() - began < 10_000);
  });
});
