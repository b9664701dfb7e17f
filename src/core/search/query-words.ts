import { nameParts, tellingWords } from '../memory/words.ts';

/** What a question is looked up by: its telling words and the parts of its names, lower case, each once, at most 128. */
export function queryWords(text: string): readonly string[] {
  const parts = nameParts(text).toLowerCase().split(' ').filter(Boolean);
  return [...new Set([...tellingWords(text), ...parts])].slice(0, mostWords);
}

const mostWords = 128;
