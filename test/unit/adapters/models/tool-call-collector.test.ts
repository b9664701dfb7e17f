import assert from 'node:assert/strict';
import { collectCalls } from '../../../../src/adapters/models/tool-call-collector.ts';

describe('tool-call deltas', () => {
  const collect = (...frames: readonly (readonly unknown[])[]) => {
    const collector = collectCalls();
    for (const frame of frames) frame.forEach(collector.add);
    return collector.calls(true).map((call) => [call.name, call.arguments]);
  };
  const delta = (name: string | undefined, args: unknown, more: object = {}) => ({
    ...more,
    function: { name, arguments: args },
  });
  const two = [
    ['a', '{"x":1}'],
    ['b', '{"y":2}'],
  ];

  it('join by index when only the first carries an id', () => {
    const frames = [
      [delta('a', '', { id: '1', index: 0 })],
      [delta('b', '', { id: '2', index: 1 })],
      [delta(undefined, '{"x"', { index: 0 }), delta(undefined, '{"y"', { index: 1 })],
      [delta(undefined, ':2}', { index: 1 }), delta(undefined, ':1}', { index: 0 })],
    ];
    assert.deepEqual(collect(...frames), two);
  });

  it('stay apart by id when the index is reused', () => {
    const frames = [
      [delta('a', '{"x"', { id: '1', index: 0 })],
      [delta('b', '{"y"', { id: '2', index: 0 })],
      [delta(undefined, ':1}', { id: '1', index: 0 })],
      [delta(undefined, ':2}', { id: '2', index: 0 })],
    ];
    assert.deepEqual(collect(...frames), two);
  });

  it('go by position when neither is there', () => {
    assert.deepEqual(collect([delta('a', '{"x":1}'), delta('b', '{"y":2}')]), two);
    assert.deepEqual(collect([delta('a', '{"x":1}')], [delta('b', '{"y":2}')]), two);
    assert.deepEqual(collect([delta('a', '{"x"')], [delta(undefined, ':1}')], [delta('b', { y: 2 })]), two);
  });

  it('stay one call where a server repeats the name, until its arguments are whole', () => {
    const pieces = ['', ' {"x"', ':"}', '\\"', '}","y":[{}', ']', ' \n}'];
    const first = [...pieces, '{"y":2}'].map((piece) => [delta('a', piece)]);
    assert.deepEqual(collect(...first, [delta('b', '"text"')], [delta('c', 'null')], [delta('d', '{}')]), [
      ['a', ' {"x":"}\\"}","y":[{}] \n}'],
      ['a', '{"y":2}'],
      ['b', '"text"'],
      ['c', 'null'],
      ['d', '{}'],
    ]);
  });

  it('join in very many pieces that each repeat the name', function () {
    this.timeout(60_000);
    const pieces = ['{"x":"', ...Array.from({ length: 300_000 }, () => 'no end}'), '"}'];
    const collector = collectCalls();
    for (const piece of pieces) collector.add(delta('a', piece), 0);
    const [call, ...others] = collector.calls(true);
    assert.equal(others.length, 0);
    assert.equal(call?.arguments, pieces.join(''));
  });

  it('give a call without arguments an empty object and one without an id a fresh id', () => {
    assert.deepEqual(collect([delta('a', undefined)]), [['a', '{}']]);
    const collector = collectCalls();
    collector.add(delta('a', '{}'), 0);
    assert.match(collector.calls(true)[0]?.id ?? '', /^call_.{8,}/);
  });
});
