export interface SqlToken {
  /** `quoted`: a name in quotes; `sign`: an operator or a bracket. */
  readonly kind: 'name' | 'quoted' | 'number' | 'string' | 'sign';
  /** A name as it is meant, a string without its quotes. */
  readonly text: string;
  /** Where it begins and ends in the statement. */
  readonly at: number;
  readonly to: number;
}

/** As SQLite has it: a name may have any character beyond ASCII, a number `_` between its digits. */
const pattern =
  /[ \t\n\f\r\uFEFF]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?<name>[a-z_\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*)|(?<number>0x[\da-f_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?[\d_]+)?)|(?<string>'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?<sign><=|>=|<>|!=|==|\|\||->>|->|<<|>>|[\s\S])/giuy;

/** A statement in tokens, without blanks and comments; a quote that never closes is a sign of its own. */
export function sqlTokens(sql: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  for (const found of sql.matchAll(pattern)) {
    const { name, number, string, quoted, sign } = found.groups ?? {};
    const place = { at: found.index, to: found.index + found[0].length };
    if (name !== undefined) tokens.push({ kind: 'name', text: name, ...place });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, ...place });
    else if (string !== undefined) tokens.push({ kind: 'string', text: inner(string), ...place });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: inner(quoted), ...place });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, ...place });
  }
  return tokens;
}

function inner(quoted: string): string {
  const mark = quoted[0] ?? '';
  const text = quoted.slice(1, -1);
  return mark === '[' ? text : text.replaceAll(mark + mark, mark);
}
