/** Tokens of a text: each class of character has its own weight, × 1.1. Linear in time; meant to err on the high side. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let word = 0;
  let blanks = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isLetter(code)) {
      // A capital after a small letter begins a word: identifiers and base64 cost far more than prose.
      if (code <= 90 && word > 0 && text.charCodeAt(index - 1) >= 97) {
        tokens += wordTokens(word);
        word = 0;
      }
      word += 1;
      blanks = 0;
      continue;
    }
    tokens += wordTokens(word);
    word = 0;
    if (code === 32 || code === 9) {
      // One blank belongs to the word after it; a run of them packs about eight to a token.
      blanks += 1;
      if (blanks > 1) tokens += 1 / 8;
      continue;
    }
    blanks = 0;
    tokens += characterTokens(code);
  }
  return Math.ceil((tokens + wordTokens(word)) * 1.1);
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** A short word is one token; long ones split about every six letters. */
function wordTokens(letters: number): number {
  return letters === 0 ? 0 : Math.max(1, letters / 6);
}

function characterTokens(code: number): number {
  if (code === 10 || code === 13) return 0.5;
  if (code >= 48 && code <= 57) return 0.45;
  if (code < 128) return 0.6;
  if (code < 0x2e80) return 0.5;
  // CJK and the two halves of an emoji.
  return 1;
}
