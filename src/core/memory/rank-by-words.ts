import type { MemoryRecord } from '../../protocol/memory.ts';
import { tellingWords } from './words.ts';

/**
 * The records that share words with the text, the best first: for servers that cannot search. A word counts by its rarity
 * among these records and double in a title; endings are cut off so that "tokens" finds "token".
 */
export function rankByWords(text: string, records: readonly MemoryRecord[], limit: number): readonly MemoryRecord[] {
  const wanted = [...new Set(tellingWords(text).map(stem))];
  const indexed = records.map((record) => ({
    record,
    title: stems(record.title),
    body: stems(record.text),
  }));
  const rarity = wanted.map((word) => {
    const holders = indexed.filter(({ title, body }) => title.has(word) || body.has(word)).length;
    return Math.log(1 + (records.length - holders + 0.5) / (holders + 0.5));
  });
  return indexed
    .map(({ record, title, body }) => ({
      record,
      score: wanted.reduce(
        (sum, word, index) => sum + (rarity[index] ?? 0) * ((title.has(word) ? 2 : 0) + (body.has(word) ? 1 : 0)),
        0,
      ),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.record.at < b.record.at ? 1 : -1))
    .slice(0, limit)
    .map(({ record }) => record);
}

function stems(text: string): ReadonlySet<string> {
  return new Set(tellingWords(text).map(stem));
}

/** Of an English word, roughly. */
export function stem(word: string): string {
  return word.length > 4 ? word.replace(/(?:ies|ing|ed|es|s)$/, '') : word;
}
