import type { Cell, DataSource } from '../../../core/data-port.ts';
import { MagusError } from '../../../core/errors/magus-error.ts';
import { encodingOf, type OpenFile, textOf } from '../byte-stream.ts';
import { isNumeral } from '../numbers.ts';
import {
  type Affinity,
  isNothing,
  isNumeric,
  type SourceColumn,
  type SourceTable,
  uniqueNames,
} from '../source-table.ts';
import { sqlText } from '../sql/quoting.ts';
import { type TextEncoding, textReader } from '../text-encoding.ts';
import { csvRows } from './csv-rows.ts';
import { type DetectedDialect, detectDialect, firstRows, type Row } from './detect-dialect.ts';

/** Rows that the types of columns are guessed from. */
const sampleRows = 5000;

/** A file of delimited text as a table. `head`: its first bytes, all of them where it is `whole`. */
export function csvTable(
  file: OpenFile,
  source: DataSource & { readonly name: string },
  head: Buffer,
  whole: boolean,
): SourceTable {
  const encoding = encodingOf(head, source.encoding, file.shown);
  const text = textReader(encoding.name).read(head.subarray(encoding.mark));
  if (text.trim() === '') {
    throw new MagusError('tool-failed', `${file.shown} is empty, so there is nothing to read.`, { code: 'EMPTY' });
  }
  const dialect = detectDialect(text, whole, source);
  const rows = firstRows(text, dialect, { whole, most: sampleRows });
  const width = Math.max(1, ...rows.slice(0, 50).map(({ length }) => length));
  const names = uniqueNames(
    dialect.header ? (rows[0] ?? []).map((cell) => cell ?? '') : Array.from({ length: width }, () => ''),
  );
  const below = dialect.header ? rows.slice(1) : rows;
  const columns = names.map((name, column) => ({ name, affinity: affinityOf(below, column) }));
  const faults: Faults = { wide: none, narrow: none, undecoded: false };
  const shape: Shape = { file, encoding, dialect, columns };
  return {
    name: source.name,
    format: formatOf(file, encoding.name, dialect),
    columns,
    duckdb: encoding.name === 'utf-8' && file.compression !== 'brotli' ? duckdbReader(shape) : undefined,
    scan: (wanted, onRow) => scanCsv(shape, faults, wanted, onRow),
    notes: () => notesOf(file.shown, names.length, faults),
  };
}

const duckdbTypes: Readonly<Record<Affinity, string>> = {
  INTEGER: 'BIGINT',
  REAL: 'DOUBLE',
  NUMERIC: 'DOUBLE',
  TEXT: 'VARCHAR',
  '': 'VARCHAR',
};

/** The same dialect and types for DuckDB. */
function duckdbReader({ dialect, columns }: Shape): (path: string) => string {
  const types = columns.map(({ name, affinity }) => `${sqlText(name)}: ${sqlText(duckdbTypes[affinity])}`).join(', ');
  const how = [
    `delim = ${sqlText(dialect.delimiter)}`,
    `quote = ${sqlText(dialect.quote)}`,
    `escape = ${sqlText(dialect.quote)}`,
    `header = ${dialect.header}`,
    `columns = {${types}}`,
    'auto_detect = false, null_padding = true, strict_mode = false',
  ];
  return (path) => `read_csv(${path}, ${how.join(', ')})`;
}

interface Shape {
  readonly file: OpenFile;
  readonly encoding: TextEncoding;
  readonly dialect: DetectedDialect;
  readonly columns: readonly SourceColumn[];
}
/** What is wrong with the rows; counted anew in each scan. */
interface Faults {
  wide: FaultyRows;
  narrow: FaultyRows;
  undecoded: boolean;
}
interface FaultyRows {
  readonly count: number;
  /** From 1, the header counted. */
  readonly first: number;
}
const none: FaultyRows = { count: 0, first: 0 };

async function scanCsv(
  { file, encoding, dialect, columns }: Shape,
  faults: Faults,
  wanted: readonly number[],
  onRow: (cells: readonly Cell[]) => boolean,
): Promise<void> {
  Object.assign(faults, { wide: none, narrow: none, undecoded: false });
  const slots = new Int32Array(columns.length).fill(-1);
  for (const [slot, column] of wanted.entries()) slots[column] = slot;
  const numeric = wanted.flatMap((column, slot) => (isNumeric(columns[column]?.affinity ?? '') ? [slot] : []));
  let row = 0;
  const reader = csvRows(dialect, slots, (given, width) => {
    row += 1;
    if (row === 1 && dialect.header) return true;
    const cells = given as (string | null)[];
    if (width !== columns.length) noteWidth(faults, { row, width, columns: columns.length });
    for (let column = width; column < slots.length; column += 1) {
      const slot = slots[column] as number;
      if (slot >= 0) cells[slot] = null;
    }
    for (const slot of numeric) {
      const cell = cells[slot] as string | null;
      if (cell === null) continue;
      const code = cell.charCodeAt(0);
      if ((code < 48 || code > 57) && isNothing(cell)) cells[slot] = null;
    }
    return onRow(cells);
  });
  for await (const piece of textOf(file, encoding)) {
    if (!faults.undecoded && piece.includes('\uFFFD')) faults.undecoded = true;
    if (!reader.push(piece)) return;
  }
  reader.end();
}

function noteWidth(
  faults: Faults,
  { row, width, columns }: { readonly row: number; readonly width: number; readonly columns: number },
): void {
  const kind = width > columns ? 'wide' : 'narrow';
  const { count, first } = faults[kind];
  faults[kind] = { count: count + 1, first: first || row };
}

function formatOf(file: OpenFile, encoding: string, { delimiter, quote, header, newline }: DetectedDialect): string {
  const name = delimiter === '\t' ? 'TSV' : 'CSV';
  const parts = [
    file.compression === undefined ? name : `${name} in ${file.compression}`,
    encoding,
    delimiter === '\t' ? 'delimiter tab' : `delimiter ${delimiter}`,
    quote === '' ? 'no quotes' : `quote ${quote}`,
    header ? 'header' : 'no header',
    ...(newline === '\r' ? ['lines end with CR'] : []),
  ];
  return parts.join(', ');
}

/** Numbers where nothing but numbers was seen, and no leading zeros: those belong to codes. */
function affinityOf(rows: readonly Row[], column: number): Affinity {
  let affinity: Affinity = 'NUMERIC';
  let seen = 0;
  for (const row of rows) {
    const cell = row[column] ?? null;
    if (cell === null || isNothing(cell)) continue;
    if (!isNumeral(cell) || /^\s*[+-]?0\d/.test(cell) || /^\s*[+]?\d{19,}/.test(cell)) return 'TEXT';
    seen += 1;
    if (!/^\s*[+-]?\d+\s*$/.test(cell)) affinity = 'REAL';
    else if (affinity === 'NUMERIC') affinity = 'INTEGER';
  }
  return seen === 0 ? 'NUMERIC' : affinity;
}

function notesOf(shown: string, width: number, { wide, narrow, undecoded }: Faults): readonly string[] {
  const told = ({ count, first }: FaultyRows, how: string): string =>
    `${shown}: ${count} ${count === 1 ? 'row has' : 'rows have'} ${how} than ${width} cells (the first is row ${first}, the header counted)`;
  return [
    ...(wide.count > 0 ? [`${told(wide, 'more')}; what is beyond was left out.`] : []),
    ...(narrow.count > 0 ? [`${told(narrow, 'fewer')}; the missing ones are NULL.`] : []),
    ...(undecoded
      ? [`${shown}: some bytes are no text in its encoding and are shown as \uFFFD; give encoding for this source.`]
      : []),
  ];
}
