import { distinctWords, tellingWords } from '../../core/memory/words.ts';

/** FTS5 query that finds rows with any of the words. Every word is quoted, so no text can be FTS5 syntax; '' when there is none. */
export function anyWord(text: string): string {
  return tellingWords(text)
    .map((word) => `"${word}"`)
    .join(' OR ');
}

/** FTS5 query that finds rows with words beginning like each of these; '' when there is none. */
export function everyPrefix(text: string): string {
  return distinctWords(text)
    .map((word) => `"${word}"*`)
    .join(' AND ');
}
