import type { DatabaseSync } from 'node:sqlite';
import type { ScoredFile } from '../../../core/search/rank-files.ts';
import { anyOf } from '../full-text-query.ts';

export interface IndexHits {
  readonly chunks: readonly (ScoredFile & { readonly line: number })[];
  readonly paths: readonly ScoredFile[];
}

/** Of a long query; the three best chunks of twenty files are among them. */
const mostChunks = 400;
const mostPaths = 200;
/**
 * Ranking costs by every chunk that holds a word, some 0.6 µs each. Where that would be too many, words that are everywhere
 * are left out, for they tell nothing, and of the others the rarest are taken, as many as can be ranked in 60 ms.
 */
const commonShare = 0.3;
const mostRanked = 100_000;

/** Chunks and paths of one folder that hold any of the words. */
export function createIndexSearch(database: DatabaseSync, folder: string): (words: readonly string[]) => IndexHits {
  const chunks = database.prepare(
    `SELECT path, line, score FROM
       (SELECT rowid, -rank AS score FROM chunk_text WHERE chunk_text MATCH ? ORDER BY rank LIMIT ${mostChunks}) AS found
     JOIN chunk ON chunk.id = found.rowid JOIN file ON file.content = chunk.content`,
  );
  const paths = database.prepare(
    `SELECT file.path, score FROM
       (SELECT rowid, -rank AS score FROM path_text WHERE path_text MATCH ? ORDER BY rank LIMIT ${mostPaths}) AS found
     JOIN file ON file.id = found.rowid`,
  );
  const tellingOf = createWordChoice(database);
  return (words) => {
    if (words.length === 0) return { chunks: [], paths: [] };
    const telling = anyOf(tellingOf(words));
    const found = telling === '' ? [] : chunks.all(telling);
    return {
      chunks: found.map((row) => ({ ...scored(folder, row), line: Number(row['line']) })),
      paths: paths.all(anyOf(words)).map((row) => scored(folder, row)),
    };
  };
}

function createWordChoice(database: DatabaseSync): (words: readonly string[]) => readonly string[] {
  const countAll = database.prepare('SELECT count(*) AS count FROM chunk');
  const count = database.prepare('SELECT count(*) AS count FROM chunk_text WHERE chunk_text MATCH ?');
  const counted = ({ count: found }: Readonly<Record<string, unknown>> = {}): number => Number(found ?? 0);
  return (words) => {
    const all = counted(countAll.get());
    const known = words
      .map((word) => ({ word, chunks: counted(count.get(anyOf([word]))) }))
      .filter(({ chunks }) => chunks > 0)
      .sort((a, b) => a.chunks - b.chunks);
    if (known.reduce((sum, { chunks }) => sum + chunks, 0) <= mostRanked) return known.map(({ word }) => word);
    let ranked = 0;
    return known
      .filter(({ chunks }, place) => {
        ranked += chunks;
        return place === 0 || (ranked <= mostRanked && chunks <= all * commonShare);
      })
      .map(({ word }) => word);
  };
}

function scored(folder: string, row: Readonly<Record<string, unknown>>): ScoredFile {
  return { folder, path: String(row['path']), score: Number(row['score']) };
}
