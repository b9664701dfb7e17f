import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { beginningOf } from '../../core/beginning-of.ts';
import type { Cell } from '../../core/data-port.ts';
import { lineFile, type RowFile } from './line-file.ts';
import type { RowSink } from './row-sink.ts';
import { uniqueNames } from './source-table.ts';

/** A result beyond this is cut: there are better ways to copy a file. */
const mostRows = 1_000_000;
const mostBytes = 100_000_000;
/** Characters of a cell that go to whoever asked. */
const longestShown = 500;

export interface KeptRows extends RowSink {
  readonly first: readonly (readonly Cell[])[];
  readonly total: number;
  readonly cut: boolean;
  readonly kept: boolean;
  end(): void;
}

/** Holds the first rows, with long texts cut; the whole result goes to `path` as JSONL, and stays where it is more than that. */
export function keptRows(limit: number, columns: readonly string[], path: string): KeptRows {
  const names = uniqueNames(columns);
  let first: (readonly Cell[])[] = [];
  let file: RowFile | undefined;
  let total = 0;
  let cut = false;
  let shortened = false;
  const short = (cell: Cell): Cell => {
    if (typeof cell !== 'string' || cell.length <= longestShown) return cell;
    shortened = true;
    return beginningOf(cell, longestShown);
  };
  const isWhole = (): boolean => total <= limit && !shortened;
  return {
    get first() {
      return first;
    },
    get total() {
      return total;
    },
    get cut() {
      return cut;
    },
    get kept() {
      return !isWhole();
    },
    add: (row) => {
      if (total >= mostRows || (file !== undefined && file.bytes > mostBytes)) {
        cut = true;
        return false;
      }
      total += 1;
      if (total <= limit) first.push(row.map(short));
      file ??= jsonlFile(path, names);
      file.write(row);
      return true;
    },
    restart: () => {
      file?.end();
      first = [];
      file = undefined;
      total = 0;
      cut = false;
      shortened = false;
    },
    end: () => {
      file?.end();
      if (isWhole()) rmSync(path, { force: true });
    },
  };
}

/** Rows as objects, one a line. */
export function jsonlFile(path: string, names: readonly string[]): RowFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const keys = names.map((name) => JSON.stringify(name));
  const cell = (row: readonly Cell[], index: number): string => JSON.stringify(row[index] ?? null);
  return lineFile(path, (row) => `{${keys.map((key, index) => `${key}:${cell(row, index)}`).join(',')}}\n`);
}
