import { needsDatabase } from '../needs-database.ts';
import type { SqlToken } from './sql-tokens.ts';

/** Walks over the tokens of a statement. Whatever is not expected is left to the database. */
export interface TokenReader {
  peek(): SqlToken | undefined;
  next(): SqlToken;
  /** Steps over the words or signs if they come next, one after the other. */
  skip(...texts: readonly string[]): boolean;
  expect(text: string): void;
}

export function tokenReader(tokens: readonly SqlToken[]): TokenReader {
  let at = 0;
  const isNext = (text: string, ahead: number): boolean => {
    const token = tokens[at + ahead];
    return token !== undefined && (token.kind === 'name' || token.kind === 'sign') && token.text.toLowerCase() === text;
  };
  const reader: TokenReader = {
    peek: () => tokens[at],
    next: () => {
      const token = tokens[at];
      if (token === undefined) throw needsDatabase('the statement ends early');
      at += 1;
      return token;
    },
    skip: (...texts) => {
      if (!texts.every((text, ahead) => isNext(text, ahead))) return false;
      at += texts.length;
      return true;
    },
    expect: (text) => {
      if (!reader.skip(text)) throw needsDatabase(`${text} is missing`);
    },
  };
  return reader;
}
