import { needsDatabase } from '../needs-database.ts';
import type { SourceColumn } from '../source-table.ts';
import { condition, parseExpression, type Resolve } from './parse-expression.ts';
import { type Expression, type SimpleQuery, someExpression } from './simple-query.ts';
import type { SqlToken } from './sql-tokens.ts';
import { type TokenReader, tokenReader } from './token-reader.ts';

/** A statement that the database has found right, as one pass over one table. Throws NEEDS_DATABASE for all that is more than that. */
export function parseSimple(
  sql: readonly SqlToken[],
  table: { readonly name: string; readonly columns: readonly SourceColumn[] },
): SimpleQuery {
  const reader = tokenReader(sql);
  reader.expect('select');
  const distinct = reader.skip('distinct');
  reader.skip('all');
  const named = tableOf(sql, table.name);
  const columns: Resolve = (name, of) => {
    if (of !== undefined && !sameName(named, of)) return undefined;
    const column = table.columns.findIndex((each) => sameName(each.name, name));
    const affinity = table.columns[column]?.affinity;
    return affinity === undefined ? undefined : { type: 'column', column, affinity };
  };
  const { items, aliases } = parseItems(reader, columns, table.columns);
  // A name that is both a column and another item means this here and that there.
  for (const [name, item] of aliases) {
    const column = columns(name, undefined);
    if (column !== undefined && !same(column, item)) throw needsDatabase(`${name} is a column and something else`);
  }
  const resolve: Resolve = (name, of) =>
    columns(name, of) ?? (of === undefined ? aliases.get(name.toLowerCase()) : undefined);
  parseFrom(reader, table.name);
  const where = reader.skip('where') ? condition(parseExpression(reader, resolve)) : undefined;
  const groupBy = reader.skip('group', 'by') ? parseList(reader, resolve, items) : [];
  const having = reader.skip('having') ? condition(parseExpression(reader, resolve)) : undefined;
  const orderBy = reader.skip('order', 'by') ? parseOrder(reader, resolve, items) : [];
  const limit = reader.skip('limit') ? parseCount(reader) : Number.POSITIVE_INFINITY;
  if (reader.peek()?.text === ',') throw needsDatabase('LIMIT with two numbers');
  const offset = reader.skip('offset') ? parseCount(reader) : 0;
  while (reader.skip(';'));
  if (reader.peek() !== undefined) throw needsDatabase('more than a simple SELECT');
  return checked({
    items,
    distinct,
    ...(where && { where }),
    groupBy,
    ...(having && { having }),
    orderBy,
    limit,
    offset,
  });
}

/** Aggregates only stand where there is something to gather. */
function checked(query: SimpleQuery): SimpleQuery {
  const { where, groupBy, having } = query;
  if ([...(where ? [where] : []), ...groupBy].some((part) => someExpression(part, isAggregate)))
    throw needsDatabase('an aggregate in WHERE or GROUP BY');
  if (having !== undefined && groupBy.length === 0) throw needsDatabase('HAVING without GROUP BY');
  if (query.distinct && (groupBy.length > 0 || query.orderBy.length > 0 || query.items.some(hasAggregate)))
    throw needsDatabase('DISTINCT of groups');
  const nested = (part: Expression): boolean =>
    part.type === 'aggregate' && part.of !== undefined && hasAggregate(part.of);
  if (query.items.some((item) => someExpression(item, nested))) throw needsDatabase('an aggregate of an aggregate');
  return query;
}

function isAggregate({ type }: Expression): boolean {
  return type === 'aggregate';
}

export function hasAggregate(expression: Expression): boolean {
  return someExpression(expression, isAggregate);
}

/** Do they mean the same value? */
export function same(left: Expression, right: Expression): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function parseItems(
  reader: TokenReader,
  resolve: Resolve,
  columns: readonly SourceColumn[],
): { readonly items: readonly Expression[]; readonly aliases: ReadonlyMap<string, Expression> } {
  const items: Expression[] = [];
  const aliases = new Map<string, Expression>();
  do {
    if (reader.skip('*')) {
      items.push(...columns.map(({ affinity }, column): Expression => ({ type: 'column', column, affinity })));
      continue;
    }
    const item = parseExpression(reader, resolve);
    items.push(item);
    const alias = parseAlias(reader);
    if (alias === undefined) continue;
    if (aliases.has(alias)) throw needsDatabase('two items of one name');
    aliases.set(alias, item);
  } while (reader.skip(','));
  return { items, aliases };
}

const endsItem = new Set(['from', 'where', 'group', 'having', 'order', 'limit', 'as', 'offset', 'isnull', 'notnull']);

function parseAlias(reader: TokenReader): string | undefined {
  const written = reader.skip('as');
  const token = reader.peek();
  const isName = token?.kind === 'quoted' || (token?.kind === 'name' && !endsItem.has(token.text.toLowerCase()));
  if (!isName) {
    if (written) throw needsDatabase('a name that is not known here');
    return undefined;
  }
  return reader.next().text.toLowerCase();
}

function parseFrom(reader: TokenReader, name: string): void {
  reader.expect('from');
  const token = reader.next();
  if ((token.kind !== 'name' && token.kind !== 'quoted') || !sameName(token.text, name))
    throw needsDatabase('another table');
  parseAlias(reader);
}

/** What the table's columns are called by: its alias alone, where it has one. */
function tableOf(sql: readonly SqlToken[], name: string): string {
  const from = sql.findIndex(({ kind, text }) => kind === 'name' && text.toLowerCase() === 'from');
  const reader = tokenReader(sql.slice(from + 2));
  return parseAlias(reader) ?? name;
}

/** A whole number, written as nothing else, stands for the item at that place. */
function parseTerm(reader: TokenReader, resolve: Resolve, items: readonly Expression[]): Expression {
  const written = reader.peek();
  const term = parseExpression(reader, resolve);
  if (term.type !== 'literal') return term;
  const isPlace = written?.kind === 'number' && /^\d+$/.test(written.text);
  const item = isPlace ? items[Number(term.value) - 1] : undefined;
  if (item === undefined) throw needsDatabase('a literal to group or order by');
  return item;
}

function parseList(reader: TokenReader, resolve: Resolve, items: readonly Expression[]): readonly Expression[] {
  const list: Expression[] = [];
  do list.push(parseTerm(reader, resolve, items));
  while (reader.skip(','));
  return list;
}

function parseOrder(reader: TokenReader, resolve: Resolve, items: readonly Expression[]): SimpleQuery['orderBy'] {
  const list: SimpleQuery['orderBy'][number][] = [];
  do {
    const by = parseTerm(reader, resolve, items);
    const descending = reader.skip('desc');
    if (!descending) reader.skip('asc');
    list.push({ by, descending });
  } while (reader.skip(','));
  return list;
}

function parseCount(reader: TokenReader): number {
  const token = reader.next();
  const count = Number(token.text);
  if (token.kind !== 'number' || !Number.isSafeInteger(count)) throw needsDatabase('a LIMIT that is no whole number');
  return count;
}

function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
