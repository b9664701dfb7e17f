import assert from 'node:assert/strict';
import type { Diagnostic, ProblemState, ProblemWatch } from '../../../../src/core/editor-port.ts';
import { compareProblems, watchProblems, withNewProblems } from '../../../../src/core/loop/new-problems.ts';
import type { ToolResult } from '../../../../src/core/tools/tool.ts';

const problem = (line: number, message = 'Not good.', more: Partial<Diagnostic> = {}): Diagnostic => ({
  path: '/work/a.ts',
  line,
  severity: 'error',
  message,
  source: 'ts',
  ...more,
});
const state = (problems: readonly Diagnostic[], lines = 10): ProblemState => ({
  problems,
  lines: new Map([['/work/a.ts', lines]]),
});
const linesOf = (before: ProblemState, after: ProblemState): readonly number[] =>
  compareProblems(before, after).added.map(({ line }) => line);

describe('problems that are new since an edit', () => {
  it('are not those that only moved', () => {
    assert.deepEqual(linesOf(state([problem(5)]), state([problem(8)], 13)), []);
    assert.deepEqual(compareProblems(state([problem(5)]), state([problem(5)])), { added: [], gone: 0 });
  });

  it('are told from equal ones by where those went', () => {
    assert.deepEqual(linesOf(state([problem(5)]), state([problem(5), problem(7)], 12)), [5], 'above the old one');
    assert.deepEqual(linesOf(state([problem(5)]), state([problem(5), problem(9)], 12)), [9], 'below the old one');
  });

  it('are other words or another file, errors first; hints are none', () => {
    const after = state([
      problem(1, 'Odd.', { severity: 'warning' }),
      problem(2, 'A hint.', { severity: 'hint' }),
      problem(3, 'Bad.', { path: '/work/b.ts' }),
    ]);
    const { added, gone } = compareProblems(state([problem(1), problem(2)]), after);
    assert.deepEqual(
      added.map(({ message }) => message),
      ['Bad.', 'Odd.'],
    );
    assert.equal(gone, 2);
  });

  const edited: ToolResult = {
    ok: true,
    content: 'Edited a.ts.',
    changes: [{ path: '/work/a.ts', before: 'x', after: 'y' }],
  };
  const said = async (
    before: readonly Diagnostic[],
    after: readonly Diagnostic[],
    { heard = true, unseen = [] as readonly string[], result = edited } = {},
  ): Promise<string> => {
    const watch: ProblemWatch = {
      before: state(before),
      unseen,
      after: async () => ({ ...state(after), heard }),
      stop: () => {
        stopped += 1;
      },
    };
    return (await withNewProblems(watch, result, ['/work'], new AbortController().signal)).content;
  };
  let stopped = 0;

  it('stand below the result', async () => {
    assert.equal(
      await said([problem(9, 'Old.'), problem(2, 'Mended.')], [problem(9, 'Old.'), problem(3)]),
      'Edited a.ts.\nNew problems since this edit:\na.ts:3: error: Not good. (ts)\n1 problem is gone.',
    );
    const many = Array.from({ length: 20 }, (_, index) => problem(index + 1, `No ${index}.`));
    assert.match(await said([], many), /No 7\. \(ts\)\n\(12 more: see diagnostics\.\)$/);
  });

  it('are named by the whole path outside of the first folder', async () => {
    assert.match(
      await said([], [problem(3, 'Bad.', { path: '/work2/b.ts' })]),
      /^\/work2\/b\.ts:3: error: Bad\. \(ts\)$/m,
    );
  });

  it('are said not to be there only where the servers have spoken', async () => {
    assert.equal(await said([], []), 'Edited a.ts.\nNo new problems.');
    assert.equal(await said([problem(1)], []), 'Edited a.ts.\nNo new problems. 1 problem is gone.');
    assert.equal(await said([], [], { heard: false }), 'Edited a.ts.');
  });

  it('are called possibly older where nobody had looked at the file', async () => {
    assert.match(await said([], [problem(1)], { unseen: ['/work/a.ts'] }), /may be older than this edit:\na\.ts:1:/);
  });

  it('are not asked for where nothing changed, where more than files changes, and without an editor', async () => {
    assert.equal(await said([], [problem(1)], { result: { ok: true, content: 'The same.' } }), 'The same.');
    assert.equal(stopped, 1);
    const editor = { unsaved: () => [], diagnostics: () => undefined };
    const write = { verb: 'write', object: '/work/a.ts', zone: 'workspace' } as const;
    assert.equal(watchProblems(editor, [write]), undefined);
    const watching = { ...editor, watchProblems: () => assert.fail('watched') };
    for (const effects of [
      [],
      [{ ...write, verb: 'read' as const }],
      [{ ...write, zone: 'outside' as const }],
      [write, { verb: 'run', object: 'ls', zone: 'workspace' } as const],
    ])
      assert.equal(watchProblems(watching, effects), undefined);
  });
});
