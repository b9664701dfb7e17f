/**
 * Tokens of a text, in one pass: each kind of run (word, digits, punctuation, blanks, a foreign script) costs what such
 * runs cost on average in the vocabularies of today's models. The figures were fitted to o200k_base, rather too high than too low; what a model counts
 * otherwise is corrected by its own usage.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let index = 0;
  while (index < text.length) {
    const kind = kindOf(text.charCodeAt(index));
    const start = index;
    index += 1;
    while (index < text.length && kindOf(text.charCodeAt(index)) === kind) index += 1;
    tokens += kind === Kind.Letter ? wordTokens(text, start, index) : runTokens(kind, index - start);
  }
  return Math.ceil(tokens);
}

const Kind = {
  Letter: 0,
  Digit: 1,
  Blank: 2,
  LineEnd: 3,
  Punctuation: 4,
  ForeignLetter: 5,
  Ideograph: 6,
  Surrogate: 7,
  Other: 8,
} as const;
type Kind = (typeof Kind)[keyof typeof Kind];

function kindOf(code: number): Kind {
  if (code < tableSize) return table[code] as Kind;
  if (code >= 0xd800 && code <= 0xdfff) return Kind.Surrogate;
  return code >= 0x2e80 ? Kind.Ideograph : Kind.Other;
}

const tableSize = 0x1100;
const table = Uint8Array.from({ length: tableSize }, (_, code) => {
  // Latin with marks belongs to the word around it.
  if (code >= 0xc0 && code < 0x250) return Kind.Letter;
  if (code >= 0x370) return Kind.ForeignLetter;
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) return Kind.Letter;
  if (/[0-9]/.test(character)) return Kind.Digit;
  if (/[ \t]/.test(character)) return Kind.Blank;
  if (/[\n\r]/.test(character)) return Kind.LineEnd;
  return code > 32 && code < 127 ? Kind.Punctuation : Kind.Other;
});

function runTokens(kind: Exclude<Kind, 0>, length: number): number {
  switch (kind) {
    case Kind.Digit:
      return Math.ceil(length / 3) * 1.11;
    case Kind.Blank:
      // One blank belongs to the word after it; longer runs are single tokens, nearly whatever their length.
      return length === 1 ? 0 : 0.33 + (length - 1) * 0.045;
    case Kind.LineEnd:
      return 0.76;
    case Kind.Punctuation:
      return 0.79 + (length - 1) * 0.33;
    case Kind.ForeignLetter:
      return Math.max(1.1, length / 2.87);
    case Kind.Ideograph:
      return length * 0.86;
    case Kind.Surrogate:
      return length * 1.14;
    case Kind.Other:
      return length * 1.1;
    default:
      return kind satisfies never;
  }
}

/** A run of Latin letters: its humps as in camelCase, its length, its marks; letters in random case cost the most. */
function wordTokens(text: string, start: number, end: number): number {
  const length = end - start;
  let flips = 0;
  let marks = 0;
  let capital = false;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 128) marks += 1;
    const now = code <= 90;
    if (index > start && now !== capital) flips += 1;
    capital = now;
  }
  const humps = flips <= 1 ? 1 : 1 + (flips >> 1);
  const ordinary = Math.max(humps * 0.974, length / 7.2, marks > 0 ? length / 2.5 : 0);
  return flips >= 3 && length < 2.6 * (flips + 1) ? Math.max(ordinary, length * 0.82) : ordinary;
}
