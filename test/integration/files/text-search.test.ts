import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { textSearch } from '../../../src/adapters/files/ripgrep-search.ts';
import { walkSearch } from '../../../src/adapters/files/walk-search.ts';
import type { SearchQuery, TextSearch } from '../../../src/core/search-port.ts';
import { diagnostics } from '../../../src/tools/search/diagnostics.ts';
import { searchText } from '../../../src/tools/search/search-text.ts';
import { type FileRig, fileRig } from '../../unit/tools/files/file-rig.ts';

const signal = new AbortController().signal;
const searches: readonly (readonly [string, TextSearch])[] = [
  ['ripgrep, where it is installed', textSearch([])],
  ['the walk without ripgrep', { search: walkSearch }],
];

for (const [name, search] of searches) {
  describe(`search by ${name}`, () => {
    let rig: FileRig;
    const ask = (query: Partial<SearchQuery>): ReturnType<TextSearch['search']> =>
      search.search({ folder: rig.root, query: 'needle', regex: false, context: 0, limit: 10, ...query }, signal);
    beforeEach(async () => {
      rig = await fileRig();
      await mkdir(join(rig.root, 'src'));
      await mkdir(join(rig.root, 'node_modules'));
      await writeFile(join(rig.root, '.gitignore'), 'out.log\n');
      await mkdir(join(rig.root, '.git'));
      await writeFile(join(rig.root, 'out.log'), 'needle\n');
      await writeFile(join(rig.root, 'node_modules/a.js'), 'needle\n');
      await writeFile(join(rig.root, 'a.md'), 'a (needle\n');
      await writeFile(join(rig.root, 'src/b.ts'), 'one\nneedle 1\nneedle 2\nfour\n');
    });

    it('finds lines with their surroundings, without what is ignored', async () => {
      const { hits, more } = await ask({ context: 1 });
      assert.equal(more, false);
      assert.deepEqual(
        hits.map((hit) => [hit.path, hit.line, hit.text]),
        [
          [join(rig.root, 'a.md'), 1, 'a (needle'],
          [join(rig.root, 'src/b.ts'), 2, 'needle 1'],
          [join(rig.root, 'src/b.ts'), 3, 'needle 2'],
        ],
      );
      assert.deepEqual(hits[1]?.before, ['one']);
      assert.deepEqual(hits[2]?.after, ['four']);
    });

    it('finds lines that hold signs which end a line elsewhere', async () => {
      await writeFile(join(rig.root, 'src/c.ts'), 'a\u2028needle 3\u2029b\u0085c\n');
      const { hits } = await ask({ query: 'needle 3' });
      assert.deepEqual(
        hits.map((hit) => [hit.line, hit.text]),
        [[1, 'a\u2028needle 3\u2029b\u0085c']],
      );
    });

    it('takes plain text as it is and regular expressions when asked', async () => {
      assert.equal((await ask({ query: '(needle' })).hits.length, 1);
      assert.equal((await ask({ query: 'needle \\d', regex: true })).hits.length, 2);
      await assert.rejects(ask({ query: '(needle', regex: true }), { kind: 'tool-input', code: 'BAD_FORMAT' });
    });

    it('narrows by globs, never to ignored files, and stops at the limit', async () => {
      assert.equal((await ask({ include: '*.ts' })).hits.length, 2);
      assert.equal((await ask({ include: 'src/**' })).hits.length, 2);
      assert.equal((await ask({ include: '*.log' })).hits.length, 0);
      assert.equal((await ask({ exclude: 'src/**' })).hits.length, 1);
      const two = await ask({ limit: 2 });
      assert.deepEqual([two.hits.length, two.more], [2, true]);
    });

    it('ends when cancelled', async () => {
      const cancelled = AbortSignal.abort();
      const query = { folder: rig.root, query: 'needle', regex: false, context: 0, limit: 10 };
      await assert.rejects(search.search(query, cancelled), { name: 'AbortError' });
    });
  });
}

describe('search_text and diagnostics', () => {
  it('show hits as grep does and go on from the cursor', async () => {
    const rig = await fileRig();
    await writeFile(join(rig.root, 'a.txt'), 'hit\n'.repeat(301));
    const first = await rig.call(searchText, { query: 'hit' });
    assert.match(first.content, /^a\.txt:1:hit\n/);
    assert.match(first.content, /cursor "300"/);
    assert.equal((await rig.call(searchText, { query: 'hit', cursor: '300' })).content, 'a.txt:301:hit');
  });

  it('say what to do without an editor', async () => {
    const rig = await fileRig();
    assert.match((await rig.call(diagnostics, {})).content, /No editor is attached/);
    const problem = { path: join(rig.root, 'a.ts'), line: 3, source: 'ts' };
    rig.problems = [
      { ...problem, severity: 'hint', message: 'unused' },
      { ...problem, severity: 'error', message: 'wrong type' },
    ];
    assert.equal((await rig.call(diagnostics, {})).content, 'a.ts:3: error: wrong type (ts)');
  });
});
