/**
 * Text as a person must see it before allowing it: what would be drawn as nothing, reorder what stands beside it or move the
 * cursor stands there by its number, "\u27e8U+200B\u27e9". Line feeds and tabs stay, but not so many that they push the rest out of sight.
 */
export function visibleText(text: string): string {
  return text
    .replace(
      unseen,
      (sign) => `\u27e8U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`,
    )
    .replace(padding, (found) =>
      found.includes('\n')
        ? `\n\u27e8${found.split('\n').length - 1} lines\u27e9\n`
        : ` \u27e8${found.length} blanks\u27e9 `,
    );
}

const padding = /[ \t]{100,}|(?:[ \t]*\n){20,}/g;

const unseen = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]|(?! )\p{Zs}|\u115F|\u1160|\u3164|\uFFA0/gu;
