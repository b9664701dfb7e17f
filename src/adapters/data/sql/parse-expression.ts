import { needsDatabase } from '../needs-database.ts';
import { numberOr } from '../numbers.ts';
import {
  type AggregateName,
  aggregateNames,
  type Comparison,
  type Expression,
  isCondition,
  type ScalarName,
  scalarNames,
} from './simple-query.ts';
import type { TokenReader } from './token-reader.ts';

/** What a name stands for; undefined: nothing that is known. */
export type Resolve = (name: string, table: string | undefined) => Expression | undefined;

/** An expression by the precedence that SQLite has. */
export function parseExpression(reader: TokenReader, resolve: Resolve): Expression {
  let left = parseAnd(reader, resolve);
  while (reader.skip('or')) left = joined('or', left, parseAnd(reader, resolve));
  return left;
}

function parseAnd(reader: TokenReader, resolve: Resolve): Expression {
  let left = parseNot(reader, resolve);
  while (reader.skip('and')) left = joined('and', left, parseNot(reader, resolve));
  return left;
}

function joined(type: 'and' | 'or', left: Expression, right: Expression): Expression {
  return { type, left: condition(left), right: condition(right) };
}

function parseNot(reader: TokenReader, resolve: Resolve): Expression {
  if (reader.skip('not')) return { type: 'not', of: condition(parseNot(reader, resolve)) };
  return parseComparison(reader, resolve);
}

/** What is not a condition is true where it is a number other than 0; that is left to the database. */
export function condition(expression: Expression): Expression {
  if (isCondition(expression)) return expression;
  throw needsDatabase('a value that serves as a condition');
}

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '==': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function parseComparison(reader: TokenReader, resolve: Resolve): Expression {
  const left = parseSum(reader, resolve);
  const sign = comparisons[reader.peek()?.kind === 'sign' ? (reader.peek()?.text ?? '') : ''];
  if (sign !== undefined) {
    reader.next();
    const right = parseSum(reader, resolve);
    // a = b < c binds otherwise than it reads.
    if (comparisons[reader.peek()?.text ?? ''] !== undefined) throw needsDatabase('a chain of comparisons');
    return { type: 'compare', sign, left: plain(left), right: plain(right) };
  }
  if (reader.skip('is', 'not', 'null') || reader.skip('notnull') || reader.skip('not', 'null'))
    return { type: 'not', of: { type: 'is-null', of: plain(left) } };
  if (reader.skip('is', 'null') || reader.skip('isnull')) return { type: 'is-null', of: plain(left) };
  const negated = reader.skip('not');
  const found = parseRange(reader, resolve, left);
  if (found !== undefined) return negated ? { type: 'not', of: found } : found;
  if (negated) throw needsDatabase('a NOT that is not known here');
  return left;
}

function parseRange(reader: TokenReader, resolve: Resolve, left: Expression): Expression | undefined {
  if (reader.skip('between')) {
    const of = plain(left);
    const low = plain(parseSum(reader, resolve));
    reader.expect('and');
    const high = plain(parseSum(reader, resolve));
    return {
      type: 'and',
      left: { type: 'compare', sign: '>=', left: of, right: low },
      right: { type: 'compare', sign: '<=', left: of, right: high },
    };
  }
  if (reader.skip('in', '(')) {
    const list: Expression[] = [];
    do list.push(parseLiteral(reader));
    while (reader.skip(','));
    reader.expect(')');
    return { type: 'in', of: plain(left), list };
  }
  if (reader.skip('like')) {
    const pattern = parseLiteral(reader);
    if (
      pattern.type !== 'literal' ||
      typeof pattern.value !== 'string' ||
      reader.peek()?.text.toLowerCase() === 'escape'
    )
      throw needsDatabase('a LIKE that is not a plain pattern');
    return { type: 'like', of: plain(left), pattern: pattern.value };
  }
  return undefined;
}

/** Conditions inside of comparisons are left to the database. */
function plain(expression: Expression): Expression {
  if (!isCondition(expression)) return expression;
  throw needsDatabase('a condition that serves as a value');
}

function parseSum(reader: TokenReader, resolve: Resolve): Expression {
  let left = parseProduct(reader, resolve);
  for (;;) {
    const sign = reader.skip('+') ? '+' : reader.skip('-') ? '-' : undefined;
    if (sign === undefined) return left;
    left = { type: 'arithmetic', sign, left: plain(left), right: plain(parseProduct(reader, resolve)) };
  }
}

function parseProduct(reader: TokenReader, resolve: Resolve): Expression {
  let left = parseUnary(reader, resolve);
  while (reader.skip('*'))
    left = { type: 'arithmetic', sign: '*', left: plain(left), right: plain(parseUnary(reader, resolve)) };
  return left;
}

function parseUnary(reader: TokenReader, resolve: Resolve): Expression {
  if (!reader.skip('-')) return parsePrimary(reader, resolve);
  const of = plain(parseUnary(reader, resolve));
  if (of.type === 'literal' && typeof of.value === 'number') return { type: 'literal', value: 0 - of.value };
  return { type: 'negative', of };
}

function parsePrimary(reader: TokenReader, resolve: Resolve): Expression {
  if (reader.skip('(')) {
    const inner = parseExpression(reader, resolve);
    reader.expect(')');
    return inner;
  }
  const token = reader.peek();
  if (token?.kind === 'number' || token?.kind === 'string' || token?.text.toLowerCase() === 'null')
    return parseLiteral(reader);
  if (token?.kind !== 'name' && token?.kind !== 'quoted') throw needsDatabase('an expression that is not known here');
  if (token.kind === 'name' && isClock(token.text)) throw needsDatabase('a clock');
  reader.next();
  if (token.kind === 'name' && reader.skip('(')) return parseCall(reader, resolve, token.text.toLowerCase());
  const table = reader.skip('.') ? token.text : undefined;
  const name = table === undefined ? token : reader.next();
  const found = resolve(name.text, table);
  if (found === undefined || (name.kind !== 'name' && name.kind !== 'quoted'))
    throw needsDatabase(`${name.text} is no column`);
  return found;
}

/** Never a column, whatever the columns are called. */
function isClock(word: string): boolean {
  return /^current_(?:date|time|timestamp)$/i.test(word);
}

function parseLiteral(reader: TokenReader): Expression {
  const negative = reader.skip('-');
  const token = reader.next();
  if (token.kind === 'string' && !negative) return { type: 'literal', value: token.text };
  if (token.kind === 'name' && token.text.toLowerCase() === 'null') return { type: 'literal', value: null };
  if (token.kind !== 'number' || /^0x/i.test(token.text)) throw needsDatabase('a value that is no literal');
  const value = numberOr(token.text);
  if (typeof value === 'string') throw needsDatabase('a number that is not known here');
  return { type: 'literal', value: negative ? 0 - value : value };
}

function parseCall(reader: TokenReader, resolve: Resolve, name: string): Expression {
  const aggregate = aggregateNames.find((known) => known === name);
  const distinct = aggregate !== undefined && reader.skip('distinct');
  const of: Expression[] = [];
  if (aggregate === 'count' && reader.skip('*')) reader.expect(')');
  else {
    do of.push(plain(parseExpression(reader, resolve)));
    while (reader.skip(','));
    reader.expect(')');
  }
  if (['filter', 'over'].includes(reader.peek()?.text.toLowerCase() ?? '')) throw needsDatabase('a window or a filter');
  if (aggregate !== undefined) return aggregateOf(aggregate, of, distinct);
  const written = name === 'ifnull' ? 'coalesce' : name === 'substring' ? 'substr' : name;
  const scalar = scalarNames.find((known) => known === written);
  if (scalar === undefined || !fits(scalar, of)) throw needsDatabase(`the function ${name}`);
  return { type: 'function', name: scalar, of };
}

function aggregateOf(name: AggregateName, of: readonly Expression[], distinct: boolean): Expression {
  const [first] = of;
  if (of.length > 1) throw needsDatabase('an aggregate of several values');
  if (distinct && name !== 'count') throw needsDatabase('DISTINCT in an aggregate other than count');
  return { type: 'aggregate', name, ...(first === undefined ? {} : { of: first }), distinct };
}

function fits(name: ScalarName, of: readonly Expression[]): boolean {
  switch (name) {
    case 'substr':
      return (of.length === 2 || of.length === 3) && of.slice(1).every(isPosition);
    case 'coalesce':
      return of.length >= 2;
    case 'lower':
    case 'upper':
    case 'length':
      return of.length === 1;
    default:
      return name satisfies never;
  }
}

/** Positions before the beginning are left to the database. */
function isPosition(expression: Expression): boolean {
  return (
    expression.type === 'literal' &&
    typeof expression.value === 'number' &&
    Number.isInteger(expression.value) &&
    expression.value > 0
  );
}
