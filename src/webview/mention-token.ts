import type { Mention } from '../protocol/chat-view.ts';

/** The `@word` that is being written at the caret: where its @ stands and what follows it. */
export interface MentionToken {
  readonly start: number;
  readonly query: string;
}

/** Undefined when the caret is not in one. An @ inside a word (an e-mail address, say) begins none. */
export function mentionAt(text: string, caret: number): MentionToken | undefined {
  const match = /(?:^|\s)@([^\s@]{0,100})$/.exec(text.slice(0, caret));
  return match ? { start: caret - (match[1]?.length ?? 0) - 1, query: match[1] ?? '' } : undefined;
}

/** The text with the token replaced by the whole mention, and where the caret comes to stand. */
export function withMention(
  text: string,
  token: MentionToken,
  label: string,
): { readonly text: string; readonly caret: number } {
  const before = text.slice(0, token.start);
  const after = text.slice(token.start + 1 + token.query.length).replace(/^ /, '');
  const written = `@${label} `;
  return { text: before + written + after, caret: before.length + written.length };
}

/** Those mentions that still stand in the text, each once. */
export function mentionsIn(text: string, mentions: readonly Mention[]): readonly Mention[] {
  const standing = mentions.filter(({ label }) => text.includes(`@${label}`));
  return [...new Map(standing.map((mention) => [`${mention.kind} ${mention.place}`, mention])).values()];
}
