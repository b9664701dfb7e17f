import { MagusError } from '../../../core/errors/magus-error.ts';

export interface CsvDialect {
  readonly delimiter: string;
  /** Empty: quotes mean nothing. */
  readonly quote: string;
  readonly newline: '\n' | '\r';
}

/** A row with more characters is taken for a quote that never closes. */
const longestRow = 64 * 1024 * 1024;

export interface CsvRows {
  /** The next piece of the text. False: no more is wanted. */
  push(text: string): boolean;
  /** The end of the text; a last row without a line break counts. */
  end(): void;
}

/** Gets the cells, in an array that is used again, and how many the row has; false ends the reading. Empty cells are null. */
type OnRow = (cells: readonly (string | null)[], width: number) => boolean;

/** Cuts text into rows and cells. `slots` says where each column's cell goes, -1 for nowhere; without it every cell is given. */
export function csvRows(dialect: CsvDialect, slots: Int32Array | undefined, onRow: OnRow): CsvRows {
  const reading: Reading = {
    delimiter: dialect.delimiter.charCodeAt(0),
    newline: dialect.newline.charCodeAt(0),
    quote: dialect.quote === '' ? -1 : dialect.quote.charCodeAt(0),
    quoteText: dialect.quote,
    slots,
    onRow,
    cells: [],
    rows: 0,
    open: true,
  };
  let rest = '';
  return {
    push: (text) => {
      const whole = rest === '' ? text : rest + text;
      const from = readRows(reading, whole, false);
      rest = reading.open ? whole.slice(from) : '';
      if (rest.length > longestRow) throw endless(reading);
      return reading.open;
    },
    end: () => {
      if (reading.open && rest !== '') readRows(reading, rest, true);
      rest = '';
    },
  };
}

interface Reading {
  readonly delimiter: number;
  readonly newline: number;
  readonly quote: number;
  readonly quoteText: string;
  readonly slots: Int32Array | undefined;
  readonly onRow: OnRow;
  readonly cells: (string | null)[];
  rows: number;
  open: boolean;
}

/** Reads the whole rows of a text; returns where the first begins that is not whole. */
function readRows(reading: Reading, text: string, final: boolean): number {
  const { length } = text;
  let start = 0;
  while (start < length) {
    const next = readRow(reading, text, start, final);
    if (next < 0) return start;
    start = next;
    if (!reading.open) return length;
  }
  return length;
}

/** Where the next row begins; -1: this one is not whole yet. */
function readRow(reading: Reading, text: string, start: number, final: boolean): number {
  const { delimiter, newline, quote, slots, cells } = reading;
  const { length } = text;
  let at = start;
  let column = 0;
  for (;;) {
    const slot = slots === undefined ? column : column < slots.length ? (slots[column] as number) : -1;
    const from = at;
    if (text.charCodeAt(at) === quote) {
      const close = closingQuote(text, at, reading.quoteText);
      if (close < 0 && final) throw endless(reading);
      if (close < 0) return -1;
      at = cellEnd(text, close + 1, delimiter, newline);
      if (slot >= 0) cells[slot] = unquoted(reading, text.slice(from + 1, close)) + bare(reading, text, close + 1, at);
    } else {
      while (at < length) {
        const code = text.charCodeAt(at);
        if (code === delimiter || code === newline) break;
        at += 1;
      }
      if (slot >= 0) cells[slot] = at === from ? null : bare(reading, text, from, at) || null;
    }
    if (at >= length && !final) return -1;
    column += 1;
    at += 1;
    if (at > length || text.charCodeAt(at - 1) === newline) break;
  }
  if (column > 1 || !isBlank(text, start, at - 1)) {
    reading.rows += 1;
    reading.open = reading.onRow(cells, column);
  }
  return at;
}

function cellEnd(text: string, from: number, delimiter: number, newline: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === delimiter || code === newline) break;
  }
  return at;
}

/** The text of a cell, without the first half of a line break of two characters. */
function bare({ newline, delimiter }: Reading, text: string, from: number, to: number): string {
  const ends =
    newline === 10 && to > from && text.charCodeAt(to - 1) === 13 && text.charCodeAt(to) !== delimiter ? 1 : 0;
  return text.slice(from, to - ends);
}

function unquoted({ quoteText }: Reading, text: string): string {
  return text.includes(quoteText) ? text.replaceAll(quoteText + quoteText, quoteText) : text;
}

function isBlank(text: string, from: number, to: number): boolean {
  return to <= from || (to === from + 1 && text.charCodeAt(from) === 13);
}

/** Where the cell's closing quote stands; two in a row are one that belongs to the text. */
function closingQuote(text: string, from: number, quote: string): number {
  for (let at = text.indexOf(quote, from + 1); at >= 0; at = text.indexOf(quote, at + 2)) {
    if (text[at + 1] !== quote) return at;
  }
  return -1;
}

function endless({ rows, quoteText }: Reading): MagusError {
  return new MagusError(
    'tool-input',
    quoteText === ''
      ? `Row ${rows + 1} has more than 64 million characters. Give another delimiter or encoding for this source.`
      : `A quote (${quoteText}) that opens in row ${rows + 1}, the header counted, is never closed. Mend the file, or give quote: "" for this source to read quotes as plain text.`,
    { code: 'BAD_QUOTES' },
  );
}
