import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { DataSource } from '../../core/data-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import { factsOf, headBytes, headOf, type OpenFile, openFile } from './byte-stream.ts';
import { csvTable } from './csv/csv-table.ts';
import { jsonTable } from './json/json-table.ts';
import type { SourceTable } from './source-table.ts';
import type { SqliteSource } from './sqlite/open-database.ts';
import { textReader } from './text-encoding.ts';

/** A source by what it turned out to be. */
export type OpenSource =
  | { readonly kind: 'table'; readonly file: OpenFile; readonly table: SourceTable }
  | { readonly kind: 'sqlite'; readonly file: OpenFile; readonly database: SqliteSource }
  | { readonly kind: 'parquet'; readonly file: OpenFile; readonly name: string };

/** Looks at each file's beginning. Throws `tool-failed` or `tool-input` with the file's name. */
export async function openSources(
  sources: readonly DataSource[],
  onRead: OpenFile['onRead'],
): Promise<readonly OpenSource[]> {
  const taken = new Set(['main', 'temp']);
  const opened: OpenSource[] = [];
  for (const source of sources) opened.push(await openSource(source, nameOf(source, taken), onRead));
  return opened;
}

async function openSource(source: DataSource, name: string, onRead: OpenFile['onRead']): Promise<OpenSource> {
  const { path, shown } = source;
  factsOf(path, shown);
  const head = firstBytes(path);
  const file = openFile(path, shown, onRead, head);
  if (isSqlite(head)) return { kind: 'sqlite', file, database: { name, path, shown } };
  if (isParquet(head)) return { kind: 'parquet', file, name };
  const text = await headOf(file);
  if (file.compression !== undefined && (isSqlite(text) || isParquet(text))) {
    throw new MagusError('tool-failed', `${shown} is a compressed database. Unpack it with a command first.`, {
      code: 'NO_READER',
    });
  }
  const ending = /\.(\w+)(?:\.(?:gz|gzip|zst|zstd|br))?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const named = { ...source, name };
  if (isJson(ending, text)) {
    const shape = ending === 'jsonl' || ending === 'ndjson' ? 'lines' : undefined;
    return { kind: 'table', file, table: await jsonTable(file, named, text, shape) };
  }
  const wish = ending === 'tsv' || ending === 'tab' ? { delimiter: '\t', ...named } : named;
  // The whole head was the whole file, where it is shorter than what is read of it at most.
  const whole = text.length < headBytes;
  return { kind: 'table', file, table: csvTable(file, wish, text, whole) };
}

function firstBytes(path: string): Buffer {
  const head = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

function isSqlite(head: Buffer): boolean {
  return head.subarray(0, 16).toString('latin1') === 'SQLite format 3\0';
}

function isParquet(head: Buffer): boolean {
  return head.subarray(0, 4).toString('latin1') === 'PAR1';
}

/** By the file's ending, else by how its text begins. */
function isJson(ending: string, head: Buffer): boolean {
  if (['json', 'jsonl', 'ndjson', 'geojson'].includes(ending)) return true;
  if (['csv', 'tsv', 'tab', 'psv'].includes(ending)) return false;
  const start = textReader('utf-8').read(head.subarray(0, 1000)).replace('\uFEFF', '').trimStart();
  return /^(?:\{\s*["}]|\[\s*[[{"\d\]-])/.test(start);
}

/** A name that needs no quotes in SQL, of the file's own without its endings; `sqlite_` begins SQLite's own alone. */
function nameOf(source: DataSource, taken: Set<string>): string {
  const own = basename(source.path).replace(/(?:\.\w{1,8}){1,2}$/, '');
  const plain = own
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}_]+/gu, '_')
    .replace(/^(?=\d)/, '_');
  const wanted = (source.name ?? (plain === '' ? 'data' : plain)).replace(/^(?=sqlite_)/i, '_');
  let name = wanted;
  for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${wanted}_${count}`;
  taken.add(name.toLowerCase());
  return name;
}
