import assert from 'node:assert/strict';
import { rankFiles, wantedRoles } from '../../../../src/core/search/rank-files.ts';

const scored = (path: string, score: number) => ({ folder: '/w', path, score });
const ranked = (...found: Parameters<typeof rankFiles>): readonly string[] =>
  rankFiles(...found).map(({ path }) => path);
const all = { limit: 10, roles: {} };

describe('files ranked', () => {
  it('count by their three best parts, not by how many they have', () => {
    const long = Array.from({ length: 20 }, () => scored('long.ts', 2));
    const good = [scored('good.ts', 4), scored('good.ts', 3)];
    assert.deepEqual(ranked([...long, ...good], [], all), ['good.ts', 'long.ts']);
    assert.deepEqual(ranked([...long, scored('one.ts', 5)], [], all), ['long.ts', 'one.ts']);
  });

  it('come first where parts and path both speak for them', () => {
    const chunks = [scored('a.ts', 3), scored('b.ts', 3)];
    assert.deepEqual(ranked(chunks, [scored('b.ts', 1)], all), ['b.ts', 'a.ts']);
  });

  it('are sources before tests and prose with the same words, unless these are asked for', () => {
    const chunks = [scored('test/a.ts', 5), scored('docs/a.md', 5), scored('a.ts', 2)];
    assert.deepEqual(ranked(chunks, [], all), ['a.ts', 'docs/a.md', 'test/a.ts']);
    const roles = wantedRoles('Which test covers this?');
    assert.deepEqual(ranked(chunks, [], { limit: 1, roles }), ['test/a.ts']);
    assert.deepEqual(wantedRoles('The contest is latest'), {});
  });

  it('have scores that fall from 1, and the same file of two folders stays two', () => {
    const found = rankFiles([scored('a.ts', 4), { folder: '/v', path: 'a.ts', score: 2 }], [], all);
    assert.deepEqual(
      found.map(({ folder, score }) => [folder, score]),
      [
        ['/w', 1],
        ['/v', 0.5],
      ],
    );
    assert.deepEqual(rankFiles([], [], all), []);
  });
});
