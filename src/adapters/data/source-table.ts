import type { Cell } from '../../core/data-port.ts';

/** SQLite's column affinities, by which text becomes numbers; empty: values stay as they are. */
export type Affinity = 'INTEGER' | 'REAL' | 'NUMERIC' | 'TEXT' | '';

export interface SourceColumn {
  readonly name: string;
  readonly affinity: Affinity;
}

/** A table that can be read from its beginning, as often as needed. */
export interface SourceTable {
  readonly name: string;
  readonly format: string;
  readonly columns: readonly SourceColumn[];
  /**
   * Every row in order, with the cells of the wanted columns in the order they are wanted. Text is as the file has it: it becomes a
   * number by its column's affinity. The array is used again for the next row; false from `onRow` ends it.
   */
  scan(wanted: readonly number[], onRow: (cells: readonly Cell[]) => boolean): Promise<void>;
  /** How DuckDB reads the same, given the path as an SQL literal; undefined: it cannot. */
  readonly duckdb: ((path: string) => string) | undefined;
  /** What was noticed by the last scan. */
  notes(): readonly string[];
}

/** Cells that stand for no value in a column of numbers. */
const nothing = new Set(['NA', 'N/A', 'n/a', '#N/A', 'NULL', 'null', 'None', 'NaN', 'nan', '-', '--', '.']);

export function isNothing(text: string): boolean {
  return text.length <= 4 && nothing.has(text);
}

export function isNumeric(affinity: Affinity): boolean {
  return affinity === 'INTEGER' || affinity === 'REAL' || affinity === 'NUMERIC';
}

/** Columns by name as SQL knows them: no two alike, none empty. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((written, index) => {
    const wanted = written.trim() || `column${index + 1}`;
    let name = wanted;
    for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${wanted}_${count}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
