/** Text that every store keeps as it is: a NUL would end it early and a lone surrogate is not UTF-8. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** The words that tell what a text is about, each once, at most 128; when all are stop words, all of them. */
export function tellingWords(text: string): readonly string[] {
  const words = distinctWords(text);
  const telling = words.filter((word) => !stopWords.has(word));
  return telling.length > 0 ? telling : words;
}

/** Lower-case words, each once, at most 128: a goal may be a pasted log, and more words only make a search slower. */
export function distinctWords(text: string): readonly string[] {
  const words =
    storable(text.slice(0, longestText))
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}_]+/gu) ?? [];
  return [...new Set(words.filter((word) => /[\p{L}\p{N}]/u.test(word)))].slice(0, mostWords);
}

/** Parts of names that no tokenizer would find: parseUserName → parse User Name; src/user-store.ts → user store. */
export function nameParts(text: string): string {
  const parts = new Set<string>();
  const names = text.slice(0, longestText).match(/[\p{L}\p{N}_]+/gu) ?? [];
  for (const name of names.filter((each) => /\p{Ll}\p{Lu}|_/u.test(each)))
    for (const part of name.split(/_|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u))
      if (part.length > 1) parts.add(part);
  return [...parts].join(' ');
}

const longestText = 20_000;
const mostWords = 128;

const stopWords: ReadonlySet<string> = new Set(
  `a about above after again all am an and any are as at be because been before being below between both but by can
  could did do does doing down during each few for from further had has have having he her here hers him his how i if in
  into is it its itself just me more most my no nor not now of off on once only or other our out over own please s same
  she should so some such t than that the their them then there these they this those through to too under until up very
  was we were what when where which while who whom why will with would you your`.split(/\s+/),
);
