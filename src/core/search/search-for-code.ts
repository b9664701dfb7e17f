import type { CodeOperation } from '../editor-port.ts';
import type { SearchHit, TextSearch } from '../search-port.ts';
import { definedNames, keyword, modifier } from './chunk-text.ts';
import { inAnyCase } from './search-for-words.ts';
import { escaped, lastName } from './symbol-places.ts';

export interface CodeSearch {
  readonly operation: Exclude<CodeOperation, 'outline'>;
  readonly folders: readonly string[];
  /** A name, or a part of one for `workspace_symbols`. */
  readonly symbol: string;
  readonly limit: number;
}

/** What text alone tells of code, in most languages: the lines that look like what is asked for. */
export async function searchForCode(
  search: TextSearch,
  { operation, folders, symbol, limit }: CodeSearch,
  signal: AbortSignal,
): Promise<readonly SearchHit[]> {
  const query = patternOf(operation, lastName(symbol));
  const found: SearchHit[] = [];
  for (const folder of query === undefined ? [] : folders) {
    const wanted = { folder, query: query ?? '', regex: true, context: 0, limit: limit * 2 };
    found.push(...(await search.search(wanted, signal)).hits);
  }
  const isDefinition = (hit: SearchHit): boolean => new RegExp(definitionOf(quoted(lastName(symbol)))).test(hit.text);
  return found
    .filter((hit) => !controls.test(hit.text) || operation === 'references' || operation === 'callers')
    .filter((hit) => operation !== 'callers' || !isDefinition(hit))
    .slice(0, limit);
}

/** Definitions in a text, by their lines; names inside functions are left out. */
export function outlineOfText(text: string): readonly { readonly line: number; readonly text: string }[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.length > longestLine) return [];
    const isInner = /^\s+(?:const|let|var|val)\b/.test(line);
    const defines = definedNames(line) !== '' || (method.test(line) && !controls.test(line));
    return defines && !isInner ? [{ line: index + 1, text: line.trimEnd() }] : [];
  });
}

/** A longer one was not written by hand. */
const longestLine = 500;
/** Begin lines that look like a definition and are none. */
const controls = /^\s*(?:\}\s*)?(?:if|else|for|while|switch|catch|return|throw|await|do|try|match|with|new)\b/;
const method = /^\s*(?:[\w<>[\],.*&:?]+\s+)*[\p{L}_$][\p{L}\p{N}_$]*\s*\([^;]*\)[^;=]*\{\s*$/u;

function patternOf(operation: CodeSearch['operation'], name: string): string | undefined {
  if (name === '') return undefined;
  const whole = quoted(name);
  switch (operation) {
    case 'definition':
      return definitionOf(whole);
    case 'references':
      return whole;
    case 'implementations':
      return `\\b(?:implements|extends|impl|with)\\b.*${whole}|\\b(?:class|struct|object)\\b[^:(]*[:(].*${whole}`;
    case 'callers':
      return `${whole}\\s*(?:<[^>]*>)?\\(`;
    case 'workspace_symbols':
      return definitionOf(`[\\w$]*${/^\w+$/.test(name) ? inAnyCase(name.toLowerCase()) : escaped(name)}[\\w$]*`);
    default:
      return operation satisfies never;
  }
}

function definitionOf(whole: string): string {
  return [
    `^\\s*(?:(?:${modifier})\\s+)*(?:${keyword})\\s+${whole}`,
    `^\\s*(?:[\\w<>\\[\\],.*&:?]+\\s+)*\\*?${whole}\\s*\\([^;]*\\)[^;=]*\\{\\s*$`,
    `^\\s*(?:\\w+\\.)+${whole}\\s*=[^=]`,
  ].join('|');
}

function quoted(name: string): string {
  return `${/^\w/.test(name) ? '\\b' : ''}${escaped(name)}${/\w$/.test(name) ? '\\b' : ''}`;
}
