/**
 * Names the characters of a command that a person does not see as what they are: controls, marks that reorder or join text,
 * blanks that are none to the shell, tags and private ones. Tab and line feed are fine. undefined: there are none.
 */
export function hiddenCharacters(text: string): string | undefined {
  if (/[^\P{Cc}\t\n]/u.test(text)) return 'a command with control characters';
  return unseen.test(text) ? 'a command with characters that cannot be seen' : undefined;
}

/** Format characters, private and unassigned ones, odd blanks and line ends, fillers, variation selectors but the one of emoji. */
const unseen = new RegExp(
  [
    String.raw`[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]`,
    String.raw`(?! )\p{Zs}`,
    String.raw`\u115F|\u1160|\u3164|\uFFA0`,
    String.raw`[\u{FE00}-\u{FE0E}]|[\u{E0100}-\u{E01EF}]`,
  ].join('|'),
  'u',
);
