import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Cell, ExportFormat } from '../../core/data-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import { jsonlFile } from './kept-rows.ts';
import { lineFile, type RowFile } from './line-file.ts';
import type { RowSink } from './row-sink.ts';
import { uniqueNames } from './source-table.ts';
import { identifier } from './sql/quoting.ts';
import { wholeAsWhole } from './sqlite/load-table.ts';

/** Bytes of an exported file: it is held in memory when it takes its place, and kept so that it can be undone. */
export const mostExported = 100_000_000;

export interface RenderedRows extends RowSink {
  readonly rows: number;
  end(): void;
}

/** Writes rows as a file of a format. Throws `tool-failed` TOO_LARGE. */
export function renderRows(format: ExportFormat, path: string, columns: readonly string[]): RenderedRows {
  const names = uniqueNames(columns);
  const begin = (): RowFile => {
    rmSync(path, { force: true });
    return formats[format](path, names);
  };
  let file = begin();
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    add: (row) => {
      file.write(row);
      rows += 1;
      if (file.bytes > mostExported) throw tooLarge();
      return true;
    },
    restart: () => {
      file.end();
      file = begin();
      rows = 0;
    },
    end: () => file.end(),
  };
}

const formats: Readonly<Record<ExportFormat, (path: string, names: readonly string[]) => RowFile>> = {
  csv: csvFile,
  jsonl: jsonlFile,
  sqlite: sqliteFile,
};

/** As RFC 4180 has it, with line feeds. An empty text is quoted, so that it stays apart from NULL. */
function csvFile(path: string, names: readonly string[]): RowFile {
  const lineOf = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(',')}\n`;
  return lineFile(path, lineOf, lineOf(names));
}

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  return cell === '' || /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** One table called `result`. */
function sqliteFile(path: string, names: readonly string[]): RowFile {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN;
    CREATE TABLE result (${names.map(identifier).join(', ') || 'empty'});`);
  const insert = database.prepare(`INSERT INTO result VALUES (${names.map(() => '?').join(', ') || 'NULL'})`);
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    write: (row) => {
      insert.run(...row.map(wholeAsWhole));
      for (const cell of row) bytes += typeof cell === 'string' ? cell.length : 8;
    },
    end: () => {
      database.exec('COMMIT');
      database.close();
    },
  };
}

function tooLarge(): MagusError {
  return new MagusError(
    'tool-failed',
    'The result has more than 100 MB, the most that is exported; nothing was written. Filter it or export it in parts.',
    { code: 'TOO_LARGE' },
  );
}
