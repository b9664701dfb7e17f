export interface SymbolPlace {
  /** From 0, as editors count. */
  readonly line: number;
  readonly character: number;
}

/** Servers answer nothing where a name stands in a comment or a text, so more than one place is tried. */
const mostPlaces = 5;
const comment = /^\s*(?:\/\/|\/\*|\*|#(?!\[|\w)|--|;)/;

/** Where a name stands in a text: on the line that is named (from 1), then the nearest ones; code before comments. */
export function placesOfSymbol(text: string, symbol: string, line?: number): readonly SymbolPlace[] {
  const name = lastName(symbol);
  if (name === '') return [];
  const whole = wholeName(name);
  const found: (SymbolPlace & { readonly far: number })[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    if (!content.includes(name)) continue;
    const isComment = comment.test(content);
    const distance = line === undefined ? index : Math.abs(index + 1 - line);
    const far = isComment && index + 1 !== line ? distance + text.length : distance;
    for (const { index: character } of content.matchAll(whole)) found.push({ line: index, character, far });
  }
  return found
    .sort((a, b) => a.far - b.far)
    .slice(0, mostPlaces)
    .map(({ line: at, character }) => ({ line: at, character }));
}

/** `Cart.total`, `Cart::total` and `Cart#total()` all ask for `total`. */
export function lastName(symbol: string): string {
  return (
    symbol
      .replace(/\(.*$/s, '')
      .split(/\.|::|#|->/)
      .at(-1)
      ?.trim() ?? ''
  );
}

function wholeName(name: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${escaped(name)}(?![\\p{L}\\p{N}_$])`, 'gu');
}

/** Only what all kinds of regular expressions take escaped. */
export function escaped(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
