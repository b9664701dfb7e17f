import type { TextSearch } from '../search-port.ts';
import { queryWords } from './query-words.ts';

export interface FileWithWords {
  /** Real path. */
  readonly path: string;
  readonly words: readonly string[];
}

/** Long words are rare words. */
const mostWords = 6;
const mostHits = 300;
const longWord = 5;

/** What can be had of an index without one: files with the longest words of a query, those with most of them first. */
export async function searchForWords(
  search: TextSearch,
  wanted: { readonly folders: readonly string[]; readonly text: string },
  signal: AbortSignal,
): Promise<readonly FileWithWords[]> {
  const words = queryWords(wanted.text)
    .toSorted((a, b) => b.length - a.length)
    .slice(0, mostWords);
  const found = new Map<string, Set<string>>();
  for (const folder of words.length === 0 ? [] : wanted.folders) {
    const pattern = words.map((word) => inAnyCase(stem(word))).join('|');
    const { hits } = await search.search({ folder, query: pattern, regex: true, context: 0, limit: mostHits }, signal);
    for (const { path, text } of hits) {
      const held = found.get(path) ?? new Set();
      const lower = text.toLowerCase();
      for (const word of words) if (lower.includes(stem(word))) held.add(word);
      found.set(path, held);
    }
  }
  return [...found]
    .map(([path, held]) => ({ path, words: [...held] }))
    .sort((a, b) => b.words.length - a.words.length || (a.path < b.path ? -1 : 1));
}

function stem(word: string): string {
  return word.length > longWord ? word.slice(0, -2) : word;
}

/** In a way that all regular expressions know; a word has no other signs than letters, digits and `_`. */
export function inAnyCase(word: string): string {
  return [...word].map((sign) => (sign.toUpperCase() === sign ? sign : `[${sign}${sign.toUpperCase()}]`)).join('');
}
