import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createContext, Script } from 'node:vm';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { SearchHit, SearchQuery, TextSearch } from '../../core/search-port.ts';
import { matchGlob } from './match-glob.ts';
import { longestLine } from './ripgrep-lines.ts';
import { walkFolder } from './walk-folder.ts';

const maxBytes = 2 * 1024 * 1024;

/** The same search without ripgrep: slower, files up to 2 MB, regular expressions of JavaScript. */
export async function walkSearch(query: SearchQuery, signal: AbortSignal): ReturnType<TextSearch['search']> {
  const matching = matcherOf(query);
  const included = query.include === undefined ? () => true : matchGlob(query.include);
  const excluded = query.exclude === undefined ? () => false : matchGlob(query.exclude);
  const hits: SearchHit[] = [];
  for await (const entry of walkFolder(query.folder, signal)) {
    if (entry.directory || !included(entry.path) || excluded(entry.path)) continue;
    const path = join(query.folder, entry.path);
    const lines = await linesOf(path);
    for (const index of matching(lines)) {
      if (hits.length === query.limit) return { hits, more: true };
      hits.push(hitAt(path, lines, index, query.context));
    }
  }
  return { hits, more: false };
}

function hitAt(path: string, lines: readonly string[], index: number, context: number): SearchHit {
  const part = (from: number, to: number): string[] => lines.slice(Math.max(0, from), to).map(cut);
  return {
    path,
    line: index + 1,
    text: cut(lines[index] ?? ''),
    before: part(index - context, index),
    after: part(index + 1, index + 1 + context),
  };
}

function cut(line: string): string {
  return line.slice(0, longestLine);
}

async function linesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > maxBytes) return [];
  const content = await readFile(path).catch(() => undefined);
  if (content === undefined || content.subarray(0, 8000).includes(0)) return [];
  const lines = content.toString('utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function matcherOf(query: SearchQuery): (lines: readonly string[]) => readonly number[] {
  if (!query.regex) {
    return (lines) => lines.flatMap((line, index) => (line.includes(query.query) ? [index] : []));
  }
  const pattern = compiled(query.query);
  const place: { pattern: RegExp; lines: readonly string[]; found: number[] } = { pattern, lines: [], found: [] };
  const context = createContext(place);
  // Only a script of its own can be stopped while a regular expression backtracks for ever.
  const script = new Script(
    'found = []; lines.forEach((line, index) => { if (pattern.test(line)) found.push(index); });',
  );
  return (lines) => {
    place.lines = lines;
    try {
      script.runInContext(context, { timeout: 2000 });
    } catch (error) {
      throw new MagusError(
        'tool-input',
        'The pattern takes too long on a file here. Write it without nested repetition, or search for plain text.',
        { code: 'BAD_FORMAT', cause: error },
      );
    }
    return [...place.found];
  };
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new MagusError(
      'tool-input',
      `The pattern is not a regular expression: ${String(error)}. Mend it, or search for plain text.`,
      { code: 'BAD_FORMAT', cause: error },
    );
  }
}
