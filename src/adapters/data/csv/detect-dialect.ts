import { isNumeral } from '../numbers.ts';
import { type CsvDialect, csvRows } from './csv-rows.ts';

export interface DetectedDialect extends CsvDialect {
  readonly header: boolean;
}
export interface DialectWish {
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly header?: boolean | undefined;
}

const delimiters = [',', ';', '\t', '|'];
/** Rows that are looked at. */
const fewRows = 500;

/** Guesses how a text is cut into rows and cells; what is wished for is not guessed. `whole`: the text is all there is. */
export function detectDialect(text: string, whole: boolean, wish: DialectWish): DetectedDialect {
  const newline = text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
  const quotes = wish.quote === undefined ? (text.includes("'") ? ['"', "'"] : ['"']) : [wish.quote];
  let best: { readonly dialect: CsvDialect; readonly rows: readonly Row[]; readonly score: number } | undefined;
  for (const quote of quotes) {
    for (const delimiter of wish.delimiter === undefined ? delimiters : [wish.delimiter]) {
      const dialect = { delimiter, quote, newline } as const;
      const rows = firstRows(text, dialect, { whole, most: fewRows });
      const score = scoreOf(rows) + (quote === "'" ? quotedShare(text, delimiter) - 0.5 : 0);
      if (best === undefined || score > best.score) best = { dialect, rows, score };
    }
  }
  const { dialect, rows } = best as NonNullable<typeof best>;
  return { ...dialect, header: wish.header ?? looksLikeHeader(rows) };
}

export type Row = readonly (string | null)[];

/** The first rows of a text. A quote that never closes ends them: whoever reads the file says so. */
export function firstRows(
  text: string,
  dialect: CsvDialect,
  { whole, most }: { readonly whole: boolean; readonly most: number },
): readonly Row[] {
  const rows: Row[] = [];
  const reader = csvRows(dialect, undefined, (cells, width) => rows.push(cells.slice(0, width)) < most);
  try {
    reader.push(text);
    if (whole) reader.end();
  } catch {
    return rows;
  }
  return rows;
}

/** More cells are better the more rows agree on how many there are. */
function scoreOf(rows: readonly Row[]): number {
  if (rows.length === 0) return 0;
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width, count] = [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most));
  const agreement = count / rows.length;
  return width < 2 ? 0.1 : agreement * agreement * (2 + Math.log2(width));
}

/** How many of the single quotes stand where a cell begins or ends: apostrophes do not. */
function quotedShare(text: string, delimiter: string): number {
  const sample = text.slice(0, 50_000);
  const edge = delimiter === '\t' ? '\\t' : `\\${delimiter}`;
  const all = sample.split("'").length - 1;
  const edges = sample.match(new RegExp(`(?:^|[\\r\\n]|${edge})'|'(?=${edge}|[\\r\\n]|$)`, 'g'))?.length ?? 0;
  return all === 0 ? -1 : edges / all;
}

/** Names are text, not empty, no two alike; and where all rows look the same, the first is taken for the names. */
function looksLikeHeader(rows: readonly Row[]): boolean {
  const [first, ...others] = rows;
  if (first === undefined) return false;
  if (first.some((cell) => cell === null || isNumeral(cell) || /^\d{4}-\d\d-\d\d/.test(cell))) {
    // A name may be missing where everything below it is numbers.
    const named = first.filter((cell) => cell !== null);
    return named.length > 1 && named.every((cell) => !isNumeral(cell)) && others.some((row) => row.some(isNumber));
  }
  if (new Set(first.map((cell) => cell?.toLowerCase())).size < first.length) return false;
  const repeats = first.some((cell, column) => others.some((row) => row[column] === cell));
  return !repeats || others.some((row) => row.some(isNumber));
}

function isNumber(cell: string | null): boolean {
  return cell !== null && isNumeral(cell);
}
