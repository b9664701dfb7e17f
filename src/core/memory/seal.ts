/**
 * Makes texts unreadable for whoever lacks the key. Servers that keep bytes of what was deleted get nothing else: there
 * forgetting cannot be made sure of, so there was never anything to forget.
 */
export interface Seal {
  /** `place` binds a text to where it stands, so that nobody can put it elsewhere. */
  close(text: string, place: string): string;
  /** undefined: sealed with another key, for another place, or no sealed text at all. */
  open(sealed: string, place: string): string | undefined;
  /** The same sign for the same text: it can be found without being read. Letters and digits. */
  sign(text: string): string;
}
