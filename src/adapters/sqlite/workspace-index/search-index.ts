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
  return (words) => {
    const query = anyOf(words);
    if (query === '') return { chunks: [], paths: [] };
    return {
      chunks: chunks.all(query).map((row) => ({ ...scored(folder, row), line: Number(row['line']) })),
      paths: paths.all(query).map((row) => scored(folder, row)),
    };
  };
}

function scored(folder: string, row: Readonly<Record<string, unknown>>): ScoredFile {
  return { folder, path: String(row['path']), score: Number(row['score']) };
}
