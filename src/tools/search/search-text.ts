import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import type { SearchHit } from '../../core/search-port.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';

const mostHits = 300;
const longestLine = 500;
const mostCharacters = 48_000;

const glob = z.string().check(z.minLength(1), z.maxLength(1000));
const input = z.object({
  query: z.string().check(z.minLength(1), z.maxLength(2000)),
  regex: z.optional(z.boolean()),
  include: z.optional(glob),
  exclude: z.optional(glob),
  context: z.optional(z.int().check(z.minimum(0), z.maximum(10))),
  cursor: z.optional(z.string().check(z.regex(/^\d{1,6}$/))),
});
type Input = z.infer<typeof input>;

/** Lines that contain a text or match a regular expression, in all workspace folders. */
export const searchText: Tool<Input> = {
  name: 'search_text',
  reads: true,
  description:
    'Finds lines in the workspace by plain text (case-sensitive), or by regular expression with regex: true; honours .gitignore. include and exclude are globs, context the lines around. At most 300 hits; cursor continues.',
  input,
  describe: ({ query }) => `Search for ${query.slice(0, 80)}`,
  async effects(ports, scope) {
    return Promise.all(
      foldersOf(scope).map(async (root) => fileEffect('read', await resolvePath(ports, scope.roots, root))),
    );
  },
  async run(ports, scope, query, _authorized, signal) {
    const skipped = Number(query.cursor ?? 0);
    const { hits, more } = await searchAll({ ports, scope, query, limit: skipped + mostHits }, signal);
    const shown: string[] = [];
    let room = mostCharacters;
    let count = 0;
    for (const hit of hits.slice(skipped)) {
      const text = show(hit, foldersOf(scope)[0] ?? '');
      if (text.length + 1 > room && count > 0) break;
      shown.push(text);
      room -= text.length + 1;
      count += 1;
    }
    if (count === 0)
      return { ok: true, content: skipped === 0 ? `No line matches ${query.query}.` : 'No further hits.' };
    const rest =
      more || skipped + count < hits.length ? [`(More follow: repeat with cursor "${skipped + count}".)`] : [];
    return { ok: true, content: [...shown, ...rest].join('\n') };
  },
};

function foldersOf(scope: ToolScope): readonly string[] {
  if (scope.roots.length > 0) return scope.roots;
  throw new MagusError(
    'user-input',
    'No folder is open, so there is nothing to search. Open a folder and start the task again.',
    { code: 'NO_FOLDER' },
  );
}

interface Search {
  readonly ports: Ports;
  readonly scope: ToolScope;
  readonly query: Input;
  readonly limit: number;
}

async function searchAll(
  { ports, scope, query, limit }: Search,
  signal: AbortSignal,
): ReturnType<Ports['search']['search']> {
  const hits: SearchHit[] = [];
  for (const folder of foldersOf(scope)) {
    const found = await ports.search.search(
      {
        folder,
        query: query.query,
        regex: query.regex ?? false,
        ...(query.include === undefined ? {} : { include: query.include }),
        ...(query.exclude === undefined ? {} : { exclude: query.exclude }),
        context: query.context ?? 0,
        limit: limit - hits.length,
      },
      signal,
    );
    hits.push(...found.hits);
    if (found.more) return { hits, more: true };
  }
  return { hits, more: false };
}

/** As grep prints it: `path:line:text`, and `path-line-text` around it. */
function show(hit: SearchHit, root: string): string {
  const path = (hit.path.startsWith(`${root}/`) ? hit.path.slice(root.length + 1) : hit.path).replaceAll('\\', '/');
  const around = (lines: readonly string[], from: number): string[] =>
    lines.map((line, index) => `${path}-${from + index}-${cut(line)}`);
  const lines = [
    ...around(hit.before, hit.line - hit.before.length),
    `${path}:${hit.line}:${cut(hit.text)}`,
    ...around(hit.after, hit.line + 1),
  ];
  return lines.length === 1 ? lines.join('\n') : `${lines.join('\n')}\n--`;
}

function cut(line: string): string {
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line;
}
