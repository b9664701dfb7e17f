import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SourceTable } from '../source-table.ts';
import { identifier } from '../sql/quoting.ts';

/** Values that one statement inserts at most. */
const batchValues = 256;

/** Fills a table that has the wanted columns of the source's table alone. Text becomes numbers by the columns' affinities. */
export async function loadTable(database: DatabaseSync, table: SourceTable, wanted: readonly number[]): Promise<void> {
  const width = Math.max(1, wanted.length);
  const batchRows = Math.max(1, Math.floor(batchValues / width));
  const one = `(${Array.from({ length: width }, () => '?').join(', ')})`;
  const insert = `INSERT INTO ${identifier(table.name)} VALUES `;
  const many = database.prepare(insert + Array.from({ length: batchRows }, () => one).join(', '));
  const single = database.prepare(insert + one);
  let values: SQLInputValue[] = [];
  database.exec('BEGIN');
  await table.scan(wanted, (cells) => {
    if (wanted.length === 0) values.push(null);
    for (const cell of cells) values.push(wholeAsWhole(cell));
    if (values.length === batchRows * width) {
      many.run(...values);
      values = [];
    }
    return true;
  });
  for (let at = 0; at < values.length; at += width) single.run(...values.slice(at, at + width));
  database.exec('COMMIT');
}

/** A plain number would be bound as a fraction. */
export function wholeAsWhole(cell: string | number | null): SQLInputValue {
  return typeof cell === 'number' && Number.isSafeInteger(cell) ? BigInt(cell) : cell;
}
