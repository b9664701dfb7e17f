import type { Cell } from '../../../core/data-port.ts';
import { numberOr } from '../numbers.ts';
import type { RowSink } from '../row-sink.ts';
import { isNumeric, type SourceTable } from '../source-table.ts';
import { hasAggregate } from '../sql/parse-simple.ts';
import { type Expression, mapParts, partsOf, type SimpleQuery } from '../sql/simple-query.ts';
import { bestRows } from './best-rows.ts';
import { evaluator } from './evaluate.ts';
import { groupsOf } from './groups.ts';
import { heldValues } from './held-values.ts';

/**
 * Answers a query by reading its table once, holding only groups or the best rows. Throws NEEDS_DATABASE, before or while it reads,
 * when a database has to answer instead; the sink may have got rows by then.
 */
export async function scanQuery(query: SimpleQuery, table: SourceTable, sink: RowSink): Promise<void> {
  const wanted = columnsOf(query);
  const numeric = wanted.flatMap((column, slot) => (isNumeric(table.columns[column]?.affinity ?? '') ? [slot] : []));
  const narrow = narrowed(query, wanted);
  const holds = narrow.where === undefined ? undefined : evaluator(narrow.where);
  const take = takerOf(narrow, sink);
  if (query.limit > 0) {
    await table.scan(wanted, (given) => {
      const row = given as Cell[];
      for (const slot of numeric) {
        const cell = row[slot] as Cell;
        if (typeof cell === 'string') row[slot] = numberOr(cell);
      }
      return holds !== undefined && holds(row) !== 1 ? true : take.add(row);
    });
  }
  take.end();
}

interface Taker {
  /** False: no more rows are wanted. */
  add(row: readonly Cell[]): boolean;
  end(): void;
}

function takerOf(query: SimpleQuery, sink: RowSink): Taker {
  if (query.groupBy.length > 0 || query.items.some(hasAggregate)) return groupedRows(query, sink);
  if (query.orderBy.length > 0) return sortedRows(query, sink);
  return plainRows(query, sink);
}

/** Passes rows on as they come. */
function plainRows({ items, distinct, limit, offset }: SimpleQuery, sink: RowSink): Taker {
  const values = items.map(evaluator);
  const seen = new Set<string>();
  const held = heldValues();
  let at = 0;
  return {
    add: (row) => {
      const cells = values.map((value) => value(row));
      if (distinct) {
        const key = JSON.stringify(cells);
        if (seen.has(key)) return true;
        seen.add(held.hold(key));
      }
      at += 1;
      if (at <= offset) return true;
      if (at > offset + limit) return false;
      return sink.add(cells) && at < offset + limit;
    },
    end: () => undefined,
  };
}

function sortedRows({ items, orderBy, limit, offset }: SimpleQuery, sink: RowSink): Taker {
  const values = items.map(evaluator);
  const order = orderBy.map(({ by }) => evaluator(by));
  const best = bestRows(
    offset + limit,
    orderBy.map(({ descending }) => descending),
  );
  return {
    add: (row) => {
      best.add(
        order.map((value) => value(row)),
        values.map((value) => value(row)),
      );
      return true;
    },
    end: () => {
      for (const row of best.rows().slice(offset)) if (!sink.add(row)) return;
    },
  };
}

function groupedRows(query: SimpleQuery, sink: RowSink): Taker {
  const groups = groupsOf(query);
  const { having, ...rest } = query;
  const over: SimpleQuery = {
    ...rest,
    items: query.items.map(groups.after),
    orderBy: query.orderBy.map(({ by, descending }) => ({ by: groups.after(by), descending })),
  };
  const holds = having === undefined ? undefined : evaluator(groups.after(having));
  const next = over.orderBy.length > 0 ? sortedRows(over, sink) : plainRows(over, sink);
  return {
    add: (row) => {
      groups.add(row);
      return true;
    },
    end: () => {
      for (const row of groups.rows()) if ((holds === undefined || holds(row) === 1) && !next.add(row)) break;
      next.end();
    },
  };
}

/** The columns that a query reads. */
function columnsOf(query: SimpleQuery): readonly number[] {
  const columns = new Set<number>();
  const collect = (expression: Expression): void => {
    if (expression.type === 'column') columns.add(expression.column);
    for (const part of partsOf(expression)) collect(part);
  };
  for (const expression of expressionsOf(query)) collect(expression);
  return [...columns].sort((left, right) => left - right);
}

function expressionsOf({ items, where, groupBy, having, orderBy }: SimpleQuery): readonly Expression[] {
  return [...items, ...(where ? [where] : []), ...groupBy, ...(having ? [having] : []), ...orderBy.map(({ by }) => by)];
}

/** The query over rows that have the wanted columns alone. */
function narrowed(query: SimpleQuery, wanted: readonly number[]): SimpleQuery {
  const narrow = (expression: Expression): Expression =>
    expression.type === 'column'
      ? { ...expression, column: wanted.indexOf(expression.column) }
      : mapParts(expression, narrow);
  const { where, having, ...rest } = query;
  return {
    ...rest,
    items: query.items.map(narrow),
    ...(where && { where: narrow(where) }),
    groupBy: query.groupBy.map(narrow),
    ...(having && { having: narrow(having) }),
    orderBy: query.orderBy.map(({ by, descending }) => ({ by: narrow(by), descending })),
  };
}
