import assert from 'node:assert/strict';
import { fuse } from '../../../../src/core/memory/fuse.ts';
import type { MemoryRecord } from '../../../../src/protocol/memory.ts';
import { memoryRecord, workflowRecord } from '../../../contract/memory-keeper.ts';

const now = Date.parse('2026-03-01T00:00:00Z');

describe('fusing rankings', () => {
  it('puts what several ways of looking find before what one finds, and says why', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => memoryRecord('fact', id, id, id)) as [
      MemoryRecord,
      MemoryRecord,
      MemoryRecord,
    ];
    const fused = fuse(
      [
        { channel: 'full text', records: [a, b] },
        { channel: 'lines', records: [b, c] },
      ],
      now,
    );
    assert.deepEqual(
      fused.map(({ record, why }) => [record.id, why.join('; ')]),
      [
        ['b', 'full text, rank 2; lines, rank 1'],
        ['a', 'full text, rank 1'],
        ['c', 'lines, rank 2'],
      ],
    );
  });

  it('puts a server behind what the embedded store says', () => {
    const [mine, theirs] = [memoryRecord('fact', 'mine', '', ''), memoryRecord('fact', 'theirs', '', '')];
    const fused = fuse(
      [
        { channel: 'Chroma', records: [theirs] },
        { channel: 'full text', records: [mine] },
      ],
      now,
    );
    assert.deepEqual(
      fused.map(({ record }) => record.id),
      ['mine', 'theirs'],
    );
  });

  it('prefers the newer of two episodes, but not of two facts', () => {
    for (const kind of ['episode', 'fact'] as const) {
      const old = { ...memoryRecord(kind, 'old', '', ''), at: '2024-01-01T00:00:00Z' };
      const fresh = { ...memoryRecord(kind, 'fresh', '', ''), at: '2026-02-28T00:00:00Z' };
      const order = fuse([{ channel: 'full text', records: [old, fresh] }], now).map(({ record }) => record.id);
      assert.deepEqual(order, kind === 'episode' ? ['fresh', 'old'] : ['old', 'fresh']);
    }
  });

  it('begins with what is pinned, and leaves out what no longer holds, waits for review or is retired', () => {
    const records = [
      memoryRecord('fact', 'plain', '', ''),
      { ...memoryRecord('fact', 'over', '', ''), validTo: '2026-02-01T00:00:00Z' },
      { ...memoryRecord('fact', 'unseen', '', ''), review: true },
      { ...memoryRecord('fact', 'seen', '', ''), review: true, pinned: true },
      { ...workflowRecord('retired', 0, 5), workflow: { ...workflowOf('retired'), status: 'retired' as const } },
    ];
    const order = fuse([{ channel: 'full text', records }], now).map(({ record }) => record.id);
    assert.deepEqual(order, ['seen', 'plain']);
  });

  it('ranks workflows that are alike by their success, and drops those that are about something else', () => {
    const alike = [workflowRecord('poor', 1, 6), workflowRecord('good', 7, 8)];
    const others = Array.from({ length: 50 }, (_, index) => memoryRecord('fact', `f${index}`, '', ''));
    const fused = fuse([{ channel: 'full text', records: [...alike, ...others, workflowRecord('far', 9, 9)] }], now);
    const workflows = fused.filter(({ record }) => record.kind === 'workflow');
    assert.deepEqual(
      workflows.map(({ record }) => record.id),
      ['good', 'poor'],
    );
    assert.match(workflows[0]?.why.join() ?? '', /worked 7 of 8 times, last on 2026-01-01/);
  });
});

function workflowOf(id: string) {
  const { workflow } = workflowRecord(id, 0, 5);
  if (!workflow) throw new Error('A workflow record has a workflow.');
  return workflow;
}
