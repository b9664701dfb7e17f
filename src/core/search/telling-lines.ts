/**
 * Lines that hold most of the words, at most `count`, in their order. `near` are the lines where the index found parts with
 * words; elsewhere is looked only where these hold none any more.
 */
export function tellingLines(
  text: string,
  words: readonly string[],
  { near, count }: { readonly near: readonly number[]; readonly count: number },
): readonly { readonly line: number; readonly text: string }[] {
  const lines = text.split('\n', mostLines);
  const close = lines.flatMap((_line, index) =>
    near.some((start) => index + 1 >= start && index + 1 < start + nearLines) ? [index] : [],
  );
  const scored = scoreLines(lines, close, words);
  const found = scored.length > 0 ? scored : scoreLines(lines, [...lines.keys()].slice(0, mostLooked), words);
  return found
    .sort((a, b) => b.score - a.score || a.line - b.line)
    .slice(0, count)
    .sort((a, b) => a.line - b.line)
    .map(({ line, text: shown }) => ({ line, text: shown }));
}

/** Those of the words that a text holds, also in another ending: the index compares stems. */
export function wordsIn(text: string, words: readonly string[]): readonly string[] {
  const lower = text.toLowerCase();
  // A few signs get longer in lower case; then parts of names are not told apart.
  const written = lower.length === text.length ? text : lower;
  return words.filter((word) => holds(written, lower, word));
}

const mostLines = 20_000;
const mostLooked = 2000;
const longestLine = 500;
const shownCharacters = 120;
const nearLines = 60;
/** Shorter words are parts of too many others. */
const shortWord = 4;
/** As in fixtur|es, pars|ing. */
const longestEnding = 3;

function scoreLines(
  lines: readonly string[],
  indexes: readonly number[],
  words: readonly string[],
): { readonly line: number; readonly text: string; readonly score: number }[] {
  return indexes.flatMap((index) => {
    const line = (lines[index] ?? '').slice(0, longestLine);
    const score = wordsIn(line, words).length;
    return score === 0 ? [] : [{ line: index + 1, text: line.trim().slice(0, shownCharacters), score }];
  });
}

function holds(text: string, lower: string, word: string): boolean {
  if (word.length > shortWord) return lower.includes(word.slice(0, Math.max(shortWord, word.length - longestEnding)));
  for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1))
    if (isBorder(text, at) && isBorder(text, at + word.length)) return true;
  return false;
}

/** Between two words, or two parts of a name like `taxRate`. */
function isBorder(text: string, at: number): boolean {
  return !isLetter(text[at - 1]) || !isLetter(text[at]) || /\p{Lu}/u.test(text[at] ?? '');
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}
