import type { Cell, ColumnFacts } from '../../../core/data-port.ts';
import { isNumeral } from '../numbers.ts';
import { compareCells } from '../scan/compare-cells.ts';
import { kept } from '../scan/held-values.ts';
import { type Affinity, isNothing, isNumeric } from '../source-table.ts';
import { distinctEstimate } from './distinct-estimate.ts';

/** Text in `min` and `max` is cut. */
const longestShown = 60;

export interface ColumnStats {
  add(cell: Cell): void;
  facts(): ColumnFacts;
}

/** `code`: digits with a zero before them. */
type Kind = Exclude<ColumnFacts['type'], 'mixed' | 'empty'> | 'code';

/** Looks at every cell of a column. `affinity`: by it text stands for numbers, as in CSV; empty: values are what they are. */
export function columnStats(name: string, affinity: Affinity): ColumnStats {
  const inferred = affinity !== '';
  const kinds = new Map<Kind, number>();
  const distinct = distinctEstimate();
  let nulls = 0;
  let smallest: Cell = null;
  let largest: Cell = null;
  return {
    add: (cell) => {
      if (cell === null || (isNumeric(affinity) && typeof cell === 'string' && isNothing(cell))) {
        nulls += 1;
        return;
      }
      const kind = kindOf(cell, inferred);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      distinct.add(cell);
      const isNumber = isNumeric(affinity) && (kind === 'integer' || kind === 'number');
      const value = isNumber ? Number(cell) : cell;
      if (smallest === null || compareCells(value, smallest) < 0) smallest = keptShort(value);
      if (largest === null || compareCells(value, largest) > 0) largest = keptShort(value);
    },
    facts: () => ({
      name,
      type: typeOf(kinds),
      nulls,
      distinct: distinct.count(),
      min: cut(smallest),
      max: cut(largest),
    }),
  };
}

function keptShort(value: Cell): Cell {
  return kept(typeof value === 'string' && value.length > 1000 ? value.slice(0, 1000) : value);
}

function cut(value: Cell): Cell {
  return typeof value === 'string' && value.length > longestShown ? `${value.slice(0, longestShown)}…` : value;
}

function kindOf(cell: string | number, inferred: boolean): Kind {
  if (typeof cell === 'number') return Number.isInteger(cell) ? 'integer' : 'number';
  if (inferred && isNumeral(cell)) {
    if (/^\s*[+-]?0\d/.test(cell)) return 'code';
    return /^\s*[+-]?\d+\s*$/.test(cell) ? 'integer' : 'number';
  }
  if (cell.length > 40) return (cell[0] === '{' || cell[0] === '[') && isJson(cell) ? 'json' : 'text';
  if (/^\d{4}-\d\d-\d\d$/.test(cell)) return 'date';
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(cell)) return 'timestamp';
  if (/^(?:true|false)$/i.test(cell)) return 'boolean';
  return (cell[0] === '{' || cell[0] === '[') && isJson(cell) ? 'json' : 'text';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whole numbers among fractions are fractions, and among codes codes, which are text; anything else that differs is mixed. */
function typeOf(kinds: ReadonlyMap<Kind, number>): ColumnFacts['type'] {
  const [first, second, third] = [...kinds.keys()];
  if (first === undefined) return 'empty';
  if (kinds.has('code') && [...kinds.keys()].every((kind) => kind === 'code' || kind === 'integer' || kind === 'text'))
    return 'text';
  if (first !== 'code' && second === undefined) return first;
  const numbers = third === undefined && [first, second].every((kind) => kind === 'integer' || kind === 'number');
  return numbers ? 'number' : 'mixed';
}
