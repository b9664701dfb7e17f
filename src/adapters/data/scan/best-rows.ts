import type { Cell } from '../../../core/data-port.ts';
import { needsDatabase } from '../needs-database.ts';
import { compareCells } from './compare-cells.ts';
import { heldValues } from './held-values.ts';

/** Rows that are held in memory to be sorted; more are for the database. */
const mostRows = 50_000;

export interface BestRows {
  add(order: readonly Cell[], row: readonly Cell[]): void;
  /** In order; of equal ones the earlier comes first. */
  rows(): readonly (readonly Cell[])[];
}

/** Keeps the first `most` rows by their order; `descending` for each part of it. */
export function bestRows(most: number, descending: readonly boolean[]): BestRows {
  let held: { readonly order: readonly Cell[]; readonly row: readonly Cell[] }[] = [];
  let worst: readonly Cell[] | undefined;
  let values = heldValues();
  const compare = (left: readonly Cell[], right: readonly Cell[]): number => {
    for (const [index, turned] of descending.entries()) {
      const order = compareCells(left[index] ?? null, right[index] ?? null);
      if (order !== 0) return turned ? -order : order;
    }
    return 0;
  };
  const shrink = (): void => {
    held = held.sort((left, right) => compare(left.order, right.order)).slice(0, most);
    if (held.length === most) worst = held.at(-1)?.order;
    values = heldValues();
    held = held.map(({ order, row }) => ({ order: order.map(values.hold), row: row.map(values.hold) }));
  };
  return {
    add: (order, row) => {
      // One that is equal came later, so it stands behind.
      if (worst !== undefined && compare(order, worst) >= 0) return;
      held.push({ order: order.map(values.hold), row: row.map(values.hold) });
      if (held.length >= 2 * most + 100) shrink();
      if (held.length > mostRows) throw needsDatabase('too many rows to sort in memory');
    },
    rows: () => {
      shrink();
      return held.map(({ row }) => row);
    },
  };
}
