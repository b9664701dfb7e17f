import { Lexer, type Token } from 'marked';

/** Tokens of a whole Markdown text; one `plain` token where it nests too deep to be read. */
export function markdownTokens(text: string): readonly Token[] {
  try {
    return new Lexer({ gfm: true, breaks: true }).lex(text);
  } catch {
    return [{ type: 'plain', raw: text, text }];
  }
}

export interface GrowingText {
  /** Blocks that later text cannot change any more. */
  readonly settled: readonly Token[];
  /** Characters of the text that they cover. */
  readonly covered: number;
  /** The block that is still being written. */
  readonly open: readonly Token[];
}

/** The tokens of a text that has grown since `before`: only its open end is read again. */
export function growTokens(before: GrowingText | undefined, text: string): GrowingText {
  const { settled, covered } = before ?? { settled: [], covered: 0 };
  const tokens = markdownTokens(text.slice(covered));
  // The last block can still grow: a list takes in what follows a blank line.
  const last = tokens.findLastIndex((token) => token.type !== 'space');
  const done = tokens.slice(0, Math.max(0, last));
  const length = done.reduce((sum, token) => sum + token.raw.length, 0);
  return { settled: [...settled, ...done], covered: covered + length, open: tokens.slice(done.length) };
}
