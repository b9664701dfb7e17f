import type { Cell } from '../../../core/data-port.ts';
import { needsDatabase } from '../needs-database.ts';
import type { AggregateName } from '../sql/simple-query.ts';
import { compareCells } from './compare-cells.ts';

/** Gathers the values of one group. */
export interface Accumulator {
  add(value: Cell): void;
  result(): Cell;
}

/** Different values that are held in memory for `count(DISTINCT …)`, all groups together. */
const mostDistinct = 1_000_000;

/** `held`: how many values all groups of the query hold. */
export function accumulator(name: AggregateName, distinct: boolean, held: { count: number }): Accumulator {
  switch (name) {
    case 'count':
      return distinct ? distinctCount(held) : count();
    case 'sum':
    case 'total':
    case 'avg':
      return sum(name);
    case 'min':
      return extreme(-1);
    case 'max':
      return extreme(1);
    default:
      return name satisfies never;
  }
}

function count(): Accumulator {
  let rows = 0;
  return {
    add: (value) => {
      if (value !== null) rows += 1;
    },
    result: () => rows,
  };
}

function distinctCount(held: { count: number }): Accumulator {
  const values = new Set<Cell>();
  return {
    add: (value) => {
      if (value === null || values.has(value)) return;
      values.add(kept(value));
      held.count += 1;
      if (held.count > mostDistinct) throw needsDatabase('too many different values for memory');
    },
    result: () => values.size,
  };
}

/** Kahan's and Babuška's sum, as SQLite has it. */
function sum(name: 'sum' | 'total' | 'avg'): Accumulator {
  let rows = 0;
  let total = 0;
  let lost = 0;
  let whole = true;
  return {
    add: (value) => {
      if (value === null) return;
      if (typeof value === 'string') throw needsDatabase('a sum of text');
      rows += 1;
      whole &&= Number.isInteger(value);
      const next = total + value;
      lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
      total = next;
    },
    result: () => {
      if (rows === 0) return name === 'total' ? 0 : null;
      if (whole && !Number.isSafeInteger(total)) throw needsDatabase('a sum beyond 2^53');
      const exact = Number.isFinite(lost) ? total + lost : total;
      return name === 'avg' ? exact / rows : exact;
    },
  };
}

function extreme(direction: 1 | -1): Accumulator {
  let best: Cell = null;
  return {
    add: (value) => {
      if (value !== null && (best === null || compareCells(value, best) * direction > 0)) best = kept(value);
    },
    result: () => best,
  };
}

/** A text cut out of a piece of the file keeps the whole piece in memory; a copy does not. */
export function kept<Value extends Cell>(value: Value): Value {
  return typeof value === 'string' && value.length > 12
    ? (Buffer.from(value, 'utf16le').toString('utf16le') as Value)
    : value;
}
