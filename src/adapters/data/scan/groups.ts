import type { Cell } from '../../../core/data-port.ts';
import { needsDatabase } from '../needs-database.ts';
import { same } from '../sql/parse-simple.ts';
import { type Expression, mapParts, partsOf, type SimpleQuery } from '../sql/simple-query.ts';
import { type Accumulator, accumulator } from './accumulators.ts';
import { compareCells } from './compare-cells.ts';
import { type Evaluate, evaluator } from './evaluate.ts';
import { heldValues, kept } from './held-values.ts';

/** Groups that are held in memory; more are for the database. */
const mostGroups = 200_000;

interface Group {
  readonly keys: readonly Cell[];
  readonly gathered: readonly Accumulator[];
}
type Aggregate = Extract<Expression, { type: 'aggregate' }>;

/** Gathers rows into groups. What comes after the grouping sees a row of the keys, then the results of the aggregates. */
export interface Groups {
  add(row: readonly Cell[]): void;
  /** One row for each group, by its keys. */
  rows(): readonly (readonly Cell[])[];
  /** An expression of the query over such a row. */
  after(expression: Expression): Expression;
}

export function groupsOf(query: SimpleQuery): Groups {
  const aggregates: Aggregate[] = [];
  const all = [...query.items, ...(query.having ? [query.having] : []), ...query.orderBy.map(({ by }) => by)];
  for (const expression of all) collect(expression, aggregates);
  const keys = query.groupBy.map(evaluator);
  const values = aggregates.map(({ of }): Evaluate => (of === undefined ? () => 1 : evaluator(of)));
  const held = heldValues();
  const begin = (row: readonly Cell[]): Group => ({
    keys: keys.map((key) => held.hold(key(row))),
    gathered: aggregates.map(({ name, distinct }) => accumulator(name, distinct, held)),
  });
  const groups = new Map<Cell, Group>();
  const [onlyKey] = keys;
  const keyOf = keys.length === 1 && onlyKey !== undefined ? onlyKey : (row: readonly Cell[]) => jointKey(keys, row);
  if (keys.length === 0) groups.set('', begin([]));
  return {
    add: (row) => {
      const key = keyOf(row);
      let group = groups.get(key);
      if (group === undefined) {
        group = begin(row);
        groups.set(kept(key), group);
        if (groups.size > mostGroups) throw needsDatabase('too many groups for memory');
      }
      const { gathered } = group;
      for (let index = 0; index < gathered.length; index += 1)
        (gathered[index] as Accumulator).add((values[index] as Evaluate)(row));
    },
    rows: () => {
      const sorted = [...groups.values()].sort((left, right) => compareKeys(left.keys, right.keys));
      return sorted.map((group) => [...group.keys, ...group.gathered.map((each) => each.result())]);
    },
    after: (expression) => after(expression, query.groupBy, aggregates),
  };
}

function collect(expression: Expression, into: Aggregate[]): void {
  if (expression.type !== 'aggregate') {
    for (const part of partsOf(expression)) collect(part, into);
  } else if (!into.some((known) => same(known, expression))) into.push(expression);
}

/** Numbers and text that look alike are different keys. */
function jointKey(keys: readonly Evaluate[], row: readonly Cell[]): string {
  let joint = '';
  for (const key of keys) {
    const cell = key(row);
    joint += cell === null ? '\0-' : typeof cell === 'number' ? `\0#${cell}` : `\0'${cell.replaceAll('\0', '\0\0')}`;
  }
  return joint;
}

function compareKeys(left: readonly Cell[], right: readonly Cell[]): number {
  for (const [index, cell] of left.entries()) {
    const order = compareCells(cell, right[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function after(expression: Expression, keys: readonly Expression[], aggregates: readonly Aggregate[]): Expression {
  const key = keys.findIndex((known) => same(known, expression));
  if (key >= 0) {
    return { type: 'column', column: key, affinity: expression.type === 'column' ? expression.affinity : '' };
  }
  if (expression.type === 'aggregate') {
    const index = aggregates.findIndex((known) => same(known, expression));
    return { type: 'column', column: keys.length + index, affinity: '' };
  }
  if (expression.type === 'column') throw needsDatabase('a column that is not grouped by');
  return mapParts(expression, (part) => after(part, keys, aggregates));
}
