import type { Cell, DataSource } from '../../../core/data-port.ts';
import { MagusError } from '../../../core/errors/magus-error.ts';
import { encodingOf, type OpenFile, textOf } from '../byte-stream.ts';
import { type SourceTable, uniqueNames } from '../source-table.ts';
import { textReader } from '../text-encoding.ts';
import { jsonElements } from './json-elements.ts';

export type JsonShape = 'lines' | 'array' | 'object';
type Row = Readonly<Record<string, unknown>>;

const sampleRows = 5000;
const longestObject = 64 * 1024 * 1024;

/**
 * JSON as a table: one value a line, the elements of an array, or the longest array inside one object. `told`: the shape where the
 * file's name says it; absent: it is guessed from the head.
 */
export async function jsonTable(
  file: OpenFile,
  source: DataSource & { readonly name: string },
  head: Buffer,
  told: JsonShape | undefined,
): Promise<SourceTable> {
  const encoding = encodingOf(head, source.encoding, file.shown);
  const shape = told ?? shapeOf(textReader(encoding.name).read(head.subarray(encoding.mark)));
  const faults = { bad: 0, first: 0, unknown: new Set<string>() };
  const known = new Set<string>();
  const read = (onRow: (row: Row) => boolean): Promise<void> => {
    Object.assign(faults, { bad: 0, first: 0 });
    return readRows(file, shape, textOf(file, encoding), { onRow, faults });
  };
  let sampled = 0;
  await read((row) => {
    for (const key of Object.keys(row)) known.add(key);
    sampled += 1;
    return sampled < sampleRows;
  });
  if (sampled === 0) {
    throw noRows(file.shown, shape, faults.bad);
  }
  const keys = [...known];
  const names = uniqueNames(keys);
  return {
    name: source.name,
    format: formatOf(file, shape, encoding.name),
    duckdb:
      encoding.name === 'utf-8' && shape !== 'object' && file.compression !== 'brotli'
        ? (path) => `read_json(${path}, format = '${shape === 'array' ? 'array' : 'newline_delimited'}')`
        : undefined,
    columns: names.map((name) => ({ name, affinity: '' })),
    scan: async (wanted, onRow) => {
      const wantedKeys = wanted.map((column) => keys[column] ?? '');
      const cells: Cell[] = [];
      faults.unknown.clear();
      await read((row) => {
        for (const [slot, key] of wantedKeys.entries()) cells[slot] = Object.hasOwn(row, key) ? cellOf(row[key]) : null;
        for (const key in row) if (!known.has(key) && faults.unknown.size < 20) faults.unknown.add(key);
        return onRow(cells);
      });
    },
    notes: () => [
      ...(faults.bad > 0
        ? [`${file.shown}: lines that are no JSON were left out: ${faults.bad}, the first is line ${faults.first}.`]
        : []),
      ...(faults.unknown.size > 0
        ? [`${file.shown}: keys that only later rows have were left out: ${[...faults.unknown].join(', ')}.`]
        : []),
    ],
  };
}

/** Guessed from how the text begins. */
export function shapeOf(text: string): JsonShape {
  const start = text.trimStart();
  if (start.startsWith('[')) return isJson(firstLine(start)) && start.indexOf('\n[') > 0 ? 'lines' : 'array';
  return isJson(firstLine(start)) && /\n\s*\S/.test(start) ? 'lines' : 'object';
}

function formatOf(file: OpenFile, shape: JsonShape, encoding: string): string {
  const name = { lines: 'JSONL', array: 'JSON array', object: 'JSON object' }[shape];
  return `${name}${file.compression === undefined ? '' : ` in ${file.compression}`}, ${encoding}`;
}

interface Reading {
  readonly onRow: (row: Row) => boolean;
  readonly faults: { bad: number; first: number };
}

async function readRows(
  file: OpenFile,
  shape: JsonShape,
  pieces: AsyncGenerator<string>,
  { onRow, faults }: Reading,
): Promise<void> {
  if (shape === 'object') {
    let text = '';
    for await (const piece of pieces) {
      text += piece;
      if (text.length > longestObject) throw tooLarge(file.shown);
    }
    for (const row of rowsInside(parsed(text, file.shown))) if (!onRow(rowOf(row))) return;
    return;
  }
  if (shape === 'array') {
    const elements = jsonElements((text) => onRow(rowOf(parsed(text, file.shown))));
    for await (const piece of pieces) if (!elements.push(piece)) return;
    elements.end();
    return;
  }
  let rest = '';
  let line = 0;
  const take = (text: string): boolean => {
    line += 1;
    if (text.trim() === '') return true;
    const value = tryParse(text);
    if (value !== undefined) return onRow(rowOf(value));
    faults.bad += 1;
    faults.first ||= line;
    return true;
  };
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestObject) throw tooLarge(file.shown);
    for (const text of lines) if (!take(text)) return;
  }
  if (rest !== '') take(rest);
}

/** An array as it is; of an object the longest array of objects in it, or the object itself. */
function rowsInside(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [value];
  const arrays = Object.values(value).filter(
    (inner): inner is readonly unknown[] => Array.isArray(inner) && typeof inner[0] === 'object',
  );
  return arrays.length === 0 ? [value] : arrays.reduce((most, each) => (each.length > most.length ? each : most));
}

function rowOf(value: unknown): Row {
  if (Array.isArray(value)) return Object.fromEntries(value.map((cell, index) => [`column${index + 1}`, cell]));
  return typeof value === 'object' && value !== null ? (value as Row) : { value };
}

/** True and false as SQLite has them; what is nested as JSON text. */
function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case 'string':
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value === null || value === undefined ? null : JSON.stringify(value);
  }
}

function noRows(shown: string, shape: JsonShape, bad: number): MagusError {
  const why =
    shape === 'lines' && bad > 0
      ? 'none of its lines is JSON by itself. If it is one JSON value over many lines, copy it to a file with the ending .json'
      : 'no objects or arrays were found in it';
  return new MagusError('tool-failed', `${shown} has no rows: ${why}.`, { code: 'EMPTY' });
}

function parsed(text: string, shown: string): unknown {
  const value = tryParse(text);
  if (value !== undefined) return value;
  throw new MagusError(
    'tool-failed',
    `${shown} is not valid JSON near: ${text.slice(0, 80)}. Mend it, or name the file with the ending .jsonl if it has one value a line.`,
    { code: 'BAD_JSON' },
  );
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  return tryParse(text) !== undefined;
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

function tooLarge(shown: string): MagusError {
  return new MagusError(
    'tool-failed',
    `${shown} holds one JSON value of more than 64 million characters, which cannot be read row by row. Turn it into JSONL with a command (jq -c '.items[]').`,
    { code: 'TOO_LARGE' },
  );
}
