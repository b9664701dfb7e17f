import type { Cell } from '../../../core/data-port.ts';
import { needsDatabase } from '../needs-database.ts';
import type { AggregateName } from '../sql/simple-query.ts';
import { compareCells } from './compare-cells.ts';
import { type HeldValues, kept } from './held-values.ts';

/** Gathers the values of one group. */
export interface Accumulator {
  add(value: Cell): void;
  result(): Cell;
}

/** A longest or shortest text is held for each group. */
const longestExtreme = 1000;

export function accumulator(name: AggregateName, distinct: boolean, held: HeldValues): Accumulator {
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

function distinctCount(held: HeldValues): Accumulator {
  const values = new Set<Cell>();
  return {
    add: (value) => {
      if (value === null || values.has(value)) return;
      values.add(held.hold(value));
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
      if (value === null || (best !== null && compareCells(value, best) * direction <= 0)) return;
      if (typeof value === 'string' && value.length > longestExtreme) throw needsDatabase('a long text to hold');
      best = kept(value);
    },
    result: () => best,
  };
}
