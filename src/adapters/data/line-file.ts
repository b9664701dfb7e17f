import { closeSync, openSync, writeSync } from 'node:fs';
import type { Cell } from '../../core/data-port.ts';

/** A file that rows go into, one after the other. */
export interface RowFile {
  /** Written so far. */
  readonly bytes: number;
  write(row: readonly Cell[]): void;
  end(): void;
}

const pieceCharacters = 256 * 1024;

/** A text file of one line a row, written in big pieces; it belongs to its owner alone and replaces what was there. */
export function lineFile(path: string, lineOf: (row: readonly Cell[]) => string, head = ''): RowFile {
  const file = openSync(path, 'w', 0o600);
  let text = head;
  let bytes = 0;
  const flush = (): void => {
    bytes += writeSync(file, text);
    text = '';
  };
  return {
    get bytes() {
      return bytes;
    },
    write: (row) => {
      text += lineOf(row);
      if (text.length > pieceCharacters) flush();
    },
    end: () => {
      flush();
      closeSync(file);
    },
  };
}
