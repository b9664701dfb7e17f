import { distinctWords, tellingWords } from '../../core/memory/words.ts';

/** FTS5 query that finds rows with any of the text's words; '' when there is none. */
export function anyWord(text: string): string {
  return anyOf(tellingWords(text));
}

/** FTS5 query that finds rows with any of the words. Every word is quoted, so no text can be FTS5 syntax; '' for none. */
export function anyOf(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' OR ');
}

/** FTS5 query that finds rows with words beginning like each of these; '' when there is none. */
export function everyPrefix(text: string): string {
  return distinctWords(text)
    .map((word) => `"${word}"*`)
    .join(' AND ');
}
