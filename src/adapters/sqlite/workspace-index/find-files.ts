import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { queryWords } from '../../../core/search/query-words.ts';
import { rankFiles, type ScoredFile, wantedRoles } from '../../../core/search/rank-files.ts';
import { tellingLines, wordsIn } from '../../../core/search/telling-lines.ts';
import type { FileQuery, FilesFound, FoundFile, IndexState } from '../../../core/search/workspace-index.ts';
import type { FolderIndex } from './folder-index.ts';

/** Files may have gone since they were indexed: so many more are looked at. */
const spare = 5;
const linesShown = 2;
const regionsShown = 3;
const regionLines = 60;

/** The answer to a query from the indexes of its folders; what is shown of a file is read from it now. */
export function findFiles(indexes: readonly FolderIndex[], query: FileQuery): FilesFound {
  const words = queryWords(query.text);
  const hits = indexes.map((index) => index.hits(words));
  const chunks = hits.flatMap((found) => found.chunks);
  const paths = hits.flatMap((found) => found.paths);
  const ranked = rankFiles(chunks, paths, { limit: query.limit + spare, roles: wantedRoles(query.text) });
  const files: FoundFile[] = [];
  for (const file of ranked) {
    if (files.length === query.limit) break;
    const near = chunks
      .filter(({ folder, path }) => folder === file.folder && path === file.path)
      .slice(0, regionsShown)
      .map(({ line }) => line);
    const found = look(file, words, near);
    if (found !== undefined) files.push(found);
  }
  return { files, state: together(indexes.map((index) => index.state())) };
}

/** undefined: it is not there any more, or a link has taken its place, which may lead out of the folder. */
function look(file: ScoredFile, words: readonly string[], near: readonly number[]): FoundFile | undefined {
  const text = textOf(join(file.folder, file.path));
  if (text === undefined) return undefined;
  const { folder, path, score } = file;
  const lines = near.length === 0 ? [] : tellingLines(text, words, { near, count: linesShown });
  const all = text.split('\n');
  const regions = near.map((line) => all.slice(line - 1, line - 1 + regionLines).join('\n')).join('\n');
  const inPath = wordsIn(path, words);
  return { folder, path, score, words: wordsIn(regions, words), inPath, lines };
}

function textOf(path: string): string | undefined {
  try {
    return realpathSync(path) === path ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** What holds for all of them: the least that one can say of each. */
function together(states: readonly IndexState[]): IndexState {
  const worst = (['off', 'paused', 'updating'] as const)
    .map((phase) => states.find((state) => state.phase === phase))
    .find((state) => state !== undefined);
  const sum = (count: (state: IndexState) => number): number => states.reduce((all, state) => all + count(state), 0);
  const leftOut = states.flatMap((state) => state.leftOut ?? []).join('; ');
  return {
    phase: worst?.phase ?? 'ready',
    ...(worst?.reason === undefined ? {} : { reason: worst.reason }),
    done: sum(({ done }) => done),
    total: sum(({ total }) => total),
    ...(leftOut === '' ? {} : { leftOut }),
  };
}
