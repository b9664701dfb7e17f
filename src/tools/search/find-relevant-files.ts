import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import { searchForWords } from '../../core/search/search-for-words.ts';
import type { FoundFile, IndexState } from '../../core/search/workspace-index.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool } from '../../core/tools/tool.ts';

const most = 20;
const usual = 10;
const mostWords = 8;

const input = z.object({
  query: z.string().check(z.minLength(1), z.maxLength(4000)),
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(most))),
});

/** Files that matter to a question, by full text; what is not indexed yet is searched for. */
export const findRelevantFiles: Tool<z.infer<typeof input>> = {
  name: 'find_relevant_files',
  reads: true,
  description:
    'Ranks the workspace files that matter to a question, with reasons. query: the whole problem in words, with names and error texts.',
  input,
  describe: ({ query }) => `Find the files for ${query.slice(0, 80)}`,
  async effects(ports, scope) {
    return Promise.all(
      scope.roots.map(async (root) => fileEffect('read', await resolvePath(ports, scope.roots, root))),
    );
  },
  async run(ports, { roots }, { query, limit = usual }, _authorized, signal) {
    if (roots.length === 0) throw noFolder();
    const { files, state } = await ports.index.search({ folders: roots, text: query, limit }, signal);
    const indexed = files.slice(0, limit - missingShare(state, limit));
    const shown = indexed.map((file) => show(file, roots));
    if (shown.length < limit && !isWhole(state)) {
      const known = new Set(indexed.map(({ folder, path }) => `${folder}/${path}`));
      const searched = await searchForWords(ports.search, { folders: roots, text: query }, signal);
      const others = searched.filter(({ path }) => !known.has(path.replaceAll('\\', '/')));
      shown.push(
        ...others
          .slice(0, limit - shown.length)
          .map((file) => `${shownPath(file.path, roots)} (by search: ${file.words.join(', ')})`),
      );
    }
    if (shown.length === 0) shown.push('No file has any word of this.');
    return { ok: true, content: [...shown, ...notes(state)].join('\n') };
  },
};

/** All files are in it, whether or not it is being looked for newer changes. */
function isWhole({ phase, done, total }: IndexState): boolean {
  return phase === 'ready' || (phase !== 'off' && total > 0 && done === total);
}

/** So many places of an answer are kept for what a search finds, while files are missing in the index. */
function missingShare(state: IndexState, limit: number): number {
  if (isWhole(state)) return 0;
  return state.total === 0 ? limit : Math.ceil(limit * (1 - state.done / state.total));
}

function show({ folder, path, words, inPath, lines }: FoundFile, roots: readonly string[]): string {
  const reasons = [
    inPath.length > 0 ? `path: ${inPath.slice(0, mostWords).join(', ')}` : '',
    words.length > 0 ? `text: ${words.slice(0, mostWords).join(', ')}` : '',
  ];
  const first = `${shownPath(`${folder}/${path}`, roots)} (${reasons.filter(Boolean).join('; ')})`;
  return [first, ...lines.map(({ line, text }) => `  ${line}: ${text}`)].join('\n');
}

function shownPath(path: string, roots: readonly string[]): string {
  const [only = ''] = roots;
  return (roots.length === 1 ? path.slice(only.length + 1) : path).replaceAll('\\', '/');
}

function notes(state: IndexState): readonly string[] {
  const { phase, reason, done, total, leftOut } = state;
  const because = reason === undefined ? '' : ` (${reason})`;
  const counts = total > 0 ? `it holds ${done} of ${total} files` : 'its files are being counted';
  const states: Readonly<Record<IndexState['phase'], readonly string[]>> = {
    ready: [],
    off: [`(There is no index${because}: these were found by search for some of the words.)`],
    updating: [`(The index is being built, ${counts}; the rest was searched for some of the words.)`],
    paused: [`(The index waits${because}, ${counts}; the rest was searched for some of the words.)`],
  };
  const waits = phase === 'paused' ? [`(The index waits${because}: the newest changes may be missing.)`] : [];
  return [
    ...(isWhole(state) ? waits : states[phase]),
    ...(leftOut === undefined ? [] : [`(Left out of the index: ${leftOut}.)`]),
  ];
}

function noFolder(): MagusError {
  return new MagusError(
    'user-input',
    'No folder is open, so there is nothing to find. Open a folder and start the task again.',
    { code: 'NO_FOLDER' },
  );
}
