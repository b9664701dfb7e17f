import * as z from 'zod/mini';
import { type CodeAnswer, codeOperations } from '../../core/editor-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { outlineOfText, searchForCode } from '../../core/search/search-for-code.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import { placeShower } from './show-places.ts';

const most = 100;
const largestOutline = 2 * 1024 * 1024;

const text = z.string().check(z.minLength(1), z.maxLength(1000));
const input = z.object({
  op: z.enum(codeOperations),
  path: z.optional(text),
  symbol: z.optional(text),
  line: z.optional(z.int().check(z.minimum(1))),
  query: z.optional(text),
});
type Input = z.infer<typeof input>;

/** What the editor's language servers know; text search where none answers. */
export const codeIntel: Tool<Input> = {
  name: 'code_intel',
  reads: true,
  description:
    "Asks the editor's language server, or text search where none answers. symbol (a name; path and line say which) for definition, references, implementations, callers; path for outline; query for workspace_symbols. At most 100.",
  input,
  describe: ({ op, path, symbol, query }) =>
    `Look for the ${op.replace('_', ' ')} of ${(symbol ?? query ?? path ?? 'something').slice(0, 80)}`,
  async effects(ports, scope, { path }) {
    const files = await Promise.all(
      [...scope.roots, ...(path === undefined ? [] : [path])].map((each) => resolvePath(ports, scope.roots, each)),
    );
    return files.map((file) => fileEffect('read', file));
  },
  async run(ports, scope, call, _authorized, signal) {
    const asked = await questionOf(ports, scope, call);
    const start = await startOf(ports, scope, asked, signal);
    const answer = await providersAnswer(ports, asked, start, signal);
    const show = placeShower(ports, scope.roots);
    const unsaved = start ? ports.editor.unsaved([start.path]) : [];
    if (answer && answer.places.length > 0) {
      const lines = await show.all(answer.places);
      const rest = answer.total - answer.places.length;
      const notes = [
        ...(rest > 0 ? [`(${rest} more: ask about a narrower name, or use search_text.)`] : []),
        ...(unsaved.length > 0 ? ['(The file has unsaved changes; lines are as in the editor.)'] : []),
      ];
      return { ok: true, content: [...lines, ...notes].join('\n') };
    }
    const why = answer
      ? (answer.silence ?? 'The language server knows of none.')
      : 'No editor is attached, so no language server was asked.';
    const found = await foundBySearch(ports, scope, asked, signal);
    if (found.length === 0) return { ok: true, content: `${why} A text search finds nothing either.` };
    const places = found.slice(0, most).map(({ path, line }) => ({ place: path, line }));
    const head = `${why} ${call.op === 'outline' ? byText : bySearch}`;
    return { ok: true, content: [head, ...(await show.all(places))].join('\n') };
  },
};

const bySearch = 'By text search, which takes the same name elsewhere for it, and misses what is not written out:';
const byText = 'By its text alone, which may miss some:';

interface Asked {
  readonly op: Input['op'];
  readonly file?: ResolvedPath;
  /** Of `workspace_symbols` the query. */
  readonly symbol: string;
  readonly line?: number;
}

async function questionOf(ports: Ports, scope: ToolScope, call: Input): Promise<Asked> {
  const { op, path, line } = call;
  const symbol = (op === 'workspace_symbols' ? (call.query ?? call.symbol) : (call.symbol ?? call.query)) ?? '';
  if (op === 'outline' ? path === undefined : symbol === '') {
    const wants = { outline: 'path, the file', workspace_symbols: 'query, a part of a name' };
    const wanted = op === 'outline' || op === 'workspace_symbols' ? wants[op] : 'symbol, the name that is asked about';
    throw new MagusError('tool-input', `${op} needs ${wanted}. Give it.`, { code: 'BAD_ARGUMENTS' });
  }
  const file = path === undefined ? undefined : await resolvePath(ports, scope.roots, path);
  if (file && file.kind !== 'file')
    throw new MagusError('tool-failed', `${file.shown} is no file. Look for it with list_files.`, {
      code: 'NOT_FOUND',
    });
  return { op, symbol, ...(file ? { file } : {}), ...(line === undefined ? {} : { line }) };
}

/** A file from which the servers can be asked: the one that is named, else one that has the name. */
async function startOf(
  { search, editor }: Ports,
  { roots }: ToolScope,
  { op, file, symbol, line }: Asked,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly line?: number } | undefined> {
  if (file) return { path: file.real, ...(line === undefined ? {} : { line }) };
  if (!editor.code) return undefined;
  const asked = { folders: roots, symbol, limit: 1 };
  const operation = op === 'workspace_symbols' ? op : 'definition';
  const [defined] = await searchForCode(search, { ...asked, operation }, signal);
  if (defined || op === 'workspace_symbols') return defined;
  return (await searchForCode(search, { ...asked, operation: 'references' }, signal))[0];
}

/** undefined: there is nobody to ask. */
async function providersAnswer(
  { editor }: Ports,
  { op, symbol }: Asked,
  start: { readonly path: string; readonly line?: number } | undefined,
  signal: AbortSignal,
): Promise<CodeAnswer | undefined> {
  if (!editor.code) return undefined;
  if (op === 'workspace_symbols')
    return editor.code.ask({ operation: op, query: symbol, ...(start ? { path: start.path } : {}) }, most, signal);
  if (!start) return { places: [], total: 0, silence: `${symbol} stands in no file of the workspace.` };
  const named = op === 'outline' ? {} : { symbol };
  return editor.code.ask({ operation: op, ...named, ...start }, most, signal);
}

async function foundBySearch(
  ports: Ports,
  { roots }: ToolScope,
  { op, file, symbol }: Asked,
  signal: AbortSignal,
): Promise<readonly { readonly path: string; readonly line: number }[]> {
  if (op !== 'outline')
    return searchForCode(ports.search, { operation: op, folders: roots, symbol, limit: most }, signal);
  if (!file) return [];
  const content = new TextDecoder().decode(await ports.files.read(file.real, largestOutline));
  return outlineOfText(content).map(({ line }) => ({ path: file.real, line }));
}
