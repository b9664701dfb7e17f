import { type FileRole, fileRole } from './indexable.ts';

/** A file that has a chunk with words of the query, or has them in its path; greater scores are better. */
export interface ScoredFile {
  readonly folder: string;
  readonly path: string;
  readonly score: number;
}

/** Further chunks of a long file say little more about it. */
const chunksCounted = 3;
const pathWeight = 0.7;
/** Who asks looks for the place of a change first: tests and explanations speak of the same with more words. */
const roleWeights: Readonly<Record<FileRole, number>> = {
  source: 1,
  test: 0.3,
  prose: 0.4,
  derived: 0.3,
};

/**
 * One list of files from their chunks and their paths. Each ranking counts by its share of its own best, which keeps what
 * a rank alone would lose: by how much the best is better. On the issues of `npm run bench:index` it finds the file as often
 * at the first place as reciprocal ranks, and more often among the first five.
 */
export function rankFiles(
  chunks: readonly ScoredFile[],
  paths: readonly ScoredFile[],
  wanted: { readonly limit: number; readonly roles: Readonly<Partial<Record<FileRole, number>>> },
): readonly ScoredFile[] {
  const found = new Map<string, ScoredFile>();
  const add = (ranking: readonly ScoredFile[], weight: number): void => {
    const best = ranking[0]?.score || 1;
    for (const { folder, path, score } of ranking) {
      const key = `${folder}\n${path}`;
      const known = found.get(key) ?? { folder, path, score: 0 };
      found.set(key, { ...known, score: known.score + (weight * score) / best });
    }
  };
  add(summed(chunks), 1);
  add(sorted(paths), pathWeight);
  const weights = { ...roleWeights, ...wanted.roles };
  const ranked = sorted(
    [...found.values()].map((file) => ({ ...file, score: file.score * weights[fileRole(file.path)] })),
  );
  const best = ranked[0]?.score || 1;
  return ranked.slice(0, wanted.limit).map((file) => ({ ...file, score: file.score / best }));
}

/** A question about tests or documents wants these. */
export function wantedRoles(text: string): Readonly<Partial<Record<FileRole, number>>> {
  return {
    ...(/\b(tests?|specs?|fixtures?|examples?|benchmarks?)\b/i.test(text) ? { test: 0.6 } : {}),
    ...(/\b(docs?|documentation|readme|changelog|config(uration)?|css|html|ya?ml|json)\b/i.test(text)
      ? { prose: 0.6 }
      : {}),
  };
}

function summed(chunks: readonly ScoredFile[]): readonly ScoredFile[] {
  const files = new Map<string, { folder: string; path: string; score: number; count: number }>();
  for (const { folder, path, score } of sorted(chunks)) {
    const key = `${folder}\n${path}`;
    const file = files.get(key) ?? { folder, path, score: 0, count: 0 };
    if (file.count < chunksCounted) file.score += score;
    file.count += 1;
    files.set(key, file);
  }
  return sorted([...files.values()]);
}

function sorted<File extends ScoredFile>(files: readonly File[]): readonly File[] {
  return files.toSorted((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}
