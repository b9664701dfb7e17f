/** FTS5 query that finds rows with any of the words. Every word is quoted, so no text can be FTS5 syntax; '' when there is none. */
export function anyWord(text: string): string {
  const words = distinctWords(text);
  const telling = words.filter((word) => !stopWords.has(word));
  return (telling.length > 0 ? telling : words).map((word) => `"${word}"`).join(' OR ');
}

/** FTS5 query that finds rows with words beginning like each of these; '' when there is none. */
export function everyPrefix(text: string): string {
  return distinctWords(text)
    .map((word) => `"${word}"*`)
    .join(' AND ');
}

/** Text that SQLite stores as it is: a NUL would end it early and a lone surrogate is not UTF-8. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

// A goal may be a pasted log: more words only make the search slower.
const longestText = 20_000;
const mostWords = 128;

function distinctWords(text: string): string[] {
  const words = storable(text.slice(0, longestText))
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}_]*[\p{L}\p{N}][\p{L}\p{N}\p{M}_]*/gu);
  return [...new Set(words ?? [])].slice(0, mostWords);
}

const stopWords: ReadonlySet<string> = new Set(
  `a about above after again all am an and any are as at be because been before being below between both but by can
  could did do does doing down during each few for from further had has have having he her here hers him his how i if in
  into is it its itself just me more most my no nor not now of off on once only or other our out over own please s same
  she should so some such t than that the their them then there these they this those through to too under until up very
  was we were what when where which while who whom why will with would you your`.split(/\s+/),
);
