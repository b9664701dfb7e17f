import { stem } from '../memory/rank-by-words.ts';

/** Texts of one entry with what a word in each counts. */
export type EntryFields = readonly (readonly [text: string, weight: number])[];

/** Entries prepared for searching by words: BM25 over weighted fields, no model. */
export interface EntryIndex {
  /** Places of the entries that share words with the query, the best first. */
  search(query: string, limit: number): readonly number[];
}

/** As in the literature; a little less, so that many words that fit count more than one that stands in a name. */
const saturation = 0.8;
const lengthShare = 0.4;
/** What a word counts that means the same for an interface, against the word itself. */
const kindred = 0.6;

export function indexEntries(entries: readonly EntryFields[]): EntryIndex {
  const weighed = entries.map(weigh);
  const lengths = weighed.map((words) => [...words.values()].reduce((sum, weight) => sum + weight, 0));
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const places = new Map<string, (readonly [place: number, weight: number])[]>();
  for (const [place, words] of weighed.entries())
    for (const [word, weight] of words) {
      const holders = places.get(word);
      if (holders) holders.push([place, weight]);
      else places.set(word, [[place, weight]]);
    }
  /** Of one word of a query: what its best form counts, for each entry that has one. */
  const scoresOf = (forms: readonly (readonly [word: string, share: number])[]): ReadonlyMap<number, number> => {
    const best = new Map<number, number>();
    for (const [word, share] of forms) {
      const holders = places.get(word) ?? [];
      const rarity = Math.log(1 + (entries.length - holders.length + 0.5) / (holders.length + 0.5));
      for (const [place, weight] of holders) {
        const length = 1 - lengthShare + lengthShare * ((lengths[place] ?? 0) / average);
        const score = (share * rarity * weight * (saturation + 1)) / (weight + saturation * length);
        best.set(place, Math.max(best.get(place) ?? 0, score));
      }
    }
    return best;
  };
  return {
    search: (query, limit) => {
      const scores = new Map<number, number>();
      for (const forms of wantedWords(query)) {
        for (const [place, score] of scoresOf(forms)) scores.set(place, (scores.get(place) ?? 0) + score);
      }
      const ranked = [...scores].sort(([a, of], [b, other]) => other - of || a - b);
      return ranked.slice(0, limit).map(([place]) => place);
    },
  };
}

function weigh(fields: EntryFields): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  for (const [text, weight] of fields)
    for (const word of wordsOf(text)) words.set(word, (words.get(word) ?? 0) + weight);
  return words;
}

/** Each word of the query with the words that say the same of an operation. */
function wantedWords(query: string): readonly (readonly (readonly [word: string, share: number])[])[] {
  return [...new Set(wordsOf(query))].map((word) => [
    [word, 1],
    ...(kin.get(word) ?? []).map((other): [string, number] => [other, kindred]),
  ]);
}

/** Parts of names as well: "listUserKeys" and "/user-keys" both hold "user" and "key". */
function wordsOf(text: string): readonly string[] {
  return text
    .slice(0, 20_000)
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1 && !stopWords.has(word))
    .map(stem);
}

const stopWords: ReadonlySet<string> = new Set(
  'a an and are as at be by can do does for from has have how i in into is it its me my of on one or our so that the their them there these this to up us was we what when where which who will with you your'.split(
    ' ',
  ),
);

const kin: ReadonlyMap<string, readonly string[]> = new Map(
  [
    'get list show fetch find retrieve read see view look search display which',
    'create add new make post register open insert start submit invite',
    'update change edit modify patch rename set replace put adjust',
    'delete remove cancel drop revoke destroy erase',
    'user member person people account',
    'upload attach send',
    'download export',
    'cost price',
    'bill invoice',
    'repo repository',
    'message mail email',
    'picture image photo',
    'begin start',
    'stop end finish close',
  ].flatMap((line) => {
    const group = line.split(' ').map(stem);
    return group.map((word): [string, readonly string[]] => [word, group.filter((other) => other !== word)]);
  }),
);
