/** Texts of one entry with what a word in each counts; the first that has words is its title. */
export type EntryFields = readonly (readonly [text: string, weight: number])[];

/** Entries prepared for searching by words, without a model. */
export interface EntryIndex {
  /** Places of the entries that share words with the query, the best first. */
  search(query: string, limit: number): readonly number[];
}

// BM25F (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), but a word counts once in each field.
const saturation = 3;
const lengthShare = 0.8;
/** What a word counts that means the same for an interface, against the word itself. */
const kindred = 0.6;
/** Of a score, the part that a title gets by how much of it the query speaks of: "create an issue" before "create an issue type". */
const titleShare = 0.3;

export function indexEntries(entries: readonly EntryFields[]): EntryIndex {
  const words = entries.map((fields) => fields.map(([text, weight]) => ({ words: wordsOf(text), weight })));
  const places = placesOf(words);
  const titles = words.map((fields) => new Set(fields.find((field) => field.words.length > 0)?.words));
  /** Of one notion of a query: what its best form counts, for each entry that has one. */
  const scoresOf = (notion: Notion): ReadonlyMap<number, number> => {
    const best = new Map<number, number>();
    for (const [word, share] of notion) {
      const holders = places.get(word) ?? [];
      const rarity = Math.log(1 + (entries.length - holders.length + 0.5) / (holders.length + 0.5));
      for (const [place, weight] of holders) {
        const score = (share * rarity * weight * (saturation + 1)) / (weight + saturation);
        best.set(place, Math.max(best.get(place) ?? 0, score));
      }
    }
    return best;
  };
  return {
    search: (query, limit) => {
      const notions = notionsOf(query);
      const asked = new Set(notions.flatMap((notion) => [...notion.keys()]));
      const scores = new Map<number, number>();
      for (const notion of notions) {
        for (const [place, score] of scoresOf(notion)) scores.set(place, (scores.get(place) ?? 0) + score);
      }
      const ranked = [...scores]
        .map(([place, score]) => {
          const title = [...(titles[place] ?? [])];
          const spokenOf = title.filter((word) => asked.has(word)).length / Math.max(1, title.length);
          return { place, score: score * (1 - titleShare + titleShare * spokenOf) };
        })
        .sort((left, right) => right.score - left.score || left.place - right.place);
      return ranked.slice(0, limit).map(({ place }) => place);
    },
  };
}

type WeighedWords = { readonly words: readonly string[]; readonly weight: number };
type Holders = readonly (readonly [place: number, weight: number])[];

/** For each word the entries that hold it, with its weight there: less in a field that is longer than others. */
function placesOf(entries: readonly (readonly WeighedWords[])[]): ReadonlyMap<string, Holders> {
  const fields = Math.max(0, ...entries.map(({ length }) => length));
  const averages = Array.from({ length: fields }, (_, at) => {
    const lengths = entries.map((entry) => entry[at]?.words.length ?? 0).filter((length) => length > 0);
    return lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  });
  const places = new Map<string, (readonly [place: number, weight: number])[]>();
  for (const [place, entry] of entries.entries()) {
    const weights = new Map<string, number>();
    for (const [at, { words, weight }] of entry.entries()) {
      const length = 1 - lengthShare + (lengthShare * words.length) / (averages[at] || 1);
      for (const word of new Set(words)) weights.set(word, (weights.get(word) ?? 0) + weight / length);
    }
    for (const [word, weight] of weights) {
      const holders = places.get(word);
      if (holders) holders.push([place, weight]);
      else places.set(word, [[place, weight]]);
    }
  }
  return places;
}

/** Words that say the same, with what each counts. */
type Notion = ReadonlyMap<string, number>;

/** Two words of a query that say the same of an interface ("open a new issue") are one notion. */
function notionsOf(query: string): readonly Notion[] {
  const words = [...new Set(wordsOf(query))];
  const taken = new Set<string>();
  return words.flatMap((word) => {
    if (taken.has(word)) return [];
    const same = words.filter((other) => other === word || kin.get(word)?.has(other));
    for (const each of same) taken.add(each);
    const others = same.flatMap((each) => [...(kin.get(each) ?? [])]);
    return [new Map([...others.map((other) => [other, kindred] as const), ...same.map((each) => [each, 1] as const)])];
  });
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

/** Of an English word, roughly: "delegators", "delegates" and "delegate" are one, "health" and "healthy", too. */
function stem(word: string): string {
  const single = word.length > 4 ? word.replace(/(?:ies|ing|ed|es|s|y)$/, '') : word;
  const bare = single.length > 6 ? single.replace(/(?:er|or)$/, '') : single;
  return bare.length > 4 ? bare.replace(/e$/, '') : bare;
}

const stopWords: ReadonlySet<string> = new Set(
  'a all am an and anybody are as at be by can do does for from has have how i in into is it its many me much my of on one or our so somebody someone that the their them there these this to up us was we what when where which who will with you your'.split(
    ' ',
  ),
);

const kin: ReadonlyMap<string, ReadonlySet<string>> = kinOf([
  'get list show fetch find retrieve read see view look search display which',
  'create add new make post register open insert start submit invite write publish send trigger',
  'update change edit modify patch rename set replace put adjust write close',
  'delete remove cancel drop revoke destroy erase',
  'user member person people account',
  'upload attach send submit',
  'download export',
  'cost price',
  'bill invoice',
  'repo repository',
  'message mail email',
  'picture image photo',
  'begin start run',
  'stop end finish close',
  'latest newest last current',
  'vulnerable vulnerability',
  'use usage used quota limit',
  'left remaining limit',
  'hand manual dispatch',
  'again re rerun',
  'approve review',
]);

function kinOf(groups: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const group of groups) {
    const words = group.split(' ').map(stem);
    for (const word of words)
      all.set(word, new Set([...(all.get(word) ?? []), ...words.filter((other) => other !== word)]));
  }
  return all;
}
