import type { Cell } from '../../../core/data-port.ts';
import { needsDatabase } from '../needs-database.ts';
import { numberOr } from '../numbers.ts';
import { type Affinity, isNumeric } from '../source-table.ts';
import type { Comparison, Expression } from '../sql/simple-query.ts';
import { compareCells } from './compare-cells.ts';

export type Evaluate = (row: readonly Cell[]) => Cell;

/** An expression as a function of a row, with SQLite's rules for NULL, affinities and order. What differs from them is left to the database. */
export function evaluator(expression: Expression): Evaluate {
  switch (expression.type) {
    case 'column': {
      const { column } = expression;
      return (row) => row[column] as Cell;
    }
    case 'literal':
      return () => expression.value;
    case 'function':
      return functionOf(expression);
    case 'negative': {
      const of = evaluator(expression.of);
      return (row) => arithmetic('-', 0, of(row));
    }
    case 'arithmetic': {
      const [left, right] = [evaluator(expression.left), evaluator(expression.right)];
      return (row) => arithmetic(expression.sign, left(row), right(row));
    }
    case 'compare':
      return comparison(expression.sign, expression.left, expression.right);
    case 'and':
    case 'or':
      return junction(expression.type, evaluator(expression.left), evaluator(expression.right));
    case 'not': {
      const of = evaluator(expression.of);
      return (row) => negated(of(row));
    }
    case 'is-null': {
      const of = evaluator(expression.of);
      return (row) => (of(row) === null ? 1 : 0);
    }
    case 'in': {
      const tests = expression.list.map((each) => comparison('=', expression.of, each));
      return tests.reduce((left, right) => junction('or', left, right));
    }
    case 'like':
      return like(expression.of, expression.pattern);
    case 'aggregate':
      throw needsDatabase('an aggregate outside of groups');
    default:
      return expression satisfies never;
  }
}

function negated(value: Cell): Cell {
  return value === null ? null : value === 0 ? 1 : 0;
}

/** Three values: what is NULL may still turn out either way. */
function junction(type: 'and' | 'or', left: Evaluate, right: Evaluate): Evaluate {
  const decides = type === 'and' ? 0 : 1;
  return (row) => {
    const first = left(row);
    if (first === decides) return decides;
    const second = right(row);
    if (second === decides) return decides;
    return first === null || second === null ? null : 1 - decides;
  };
}

const tests: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function comparison(sign: Comparison, left: Expression, right: Expression): Evaluate {
  const test = tests[sign];
  const [leftAffinity, rightAffinity] = [affinityOf(left), affinityOf(right)];
  const first = converted(left, leftAffinity, rightAffinity);
  const second = converted(right, rightAffinity, leftAffinity);
  return (row) => {
    const a = first(row);
    const b = second(row);
    if (a === null || b === null) return null;
    return test(compareCells(a, b)) ? 1 : 0;
  };
}

function affinityOf(expression: Expression): Affinity {
  return expression.type === 'column' ? expression.affinity : '';
}

/** A side with numbers makes numbers of the other side's text; a side with text makes text of a side that is neither. */
function converted(expression: Expression, own: Affinity, other: Affinity): Evaluate {
  const value = evaluator(expression);
  const convert = isNumeric(other) && !isNumeric(own) ? asNumber : other === 'TEXT' && own === '' ? asText : undefined;
  if (convert === undefined) return value;
  if (expression.type !== 'literal') return (row) => convert(value(row));
  const constant = convert(expression.value);
  return () => constant;
}

function asNumber(value: Cell): Cell {
  return typeof value === 'string' ? numberOr(value) : value;
}

function asText(value: Cell): Cell {
  if (typeof value !== 'number') return value;
  if (Number.isSafeInteger(value)) return String(value);
  throw needsDatabase('a fraction that is compared with text');
}

function arithmetic(sign: '+' | '-' | '*', left: Cell, right: Cell): Cell {
  if (left === null || right === null) return null;
  if (typeof left === 'string' || typeof right === 'string') throw needsDatabase('arithmetic with text');
  const result = sign === '+' ? left + right : sign === '-' ? left - right : left * right;
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right) && !Number.isSafeInteger(result))
    throw needsDatabase('a whole number beyond 2^53');
  return Number.isNaN(result) ? null : result + 0;
}

/** A `%` stands for any text, a `_` for any character; letters from A to Z match in either case. */
function like(of: Expression, pattern: string): Evaluate {
  if (!isTextOnly(of)) throw needsDatabase('LIKE on numbers');
  const source = [...pattern]
    .map((character) => {
      if (character === '%') return '[^]*';
      if (character === '_') return '[^]';
      if (/[a-z]/i.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`;
      return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
    })
    .join('');
  const expression = new RegExp(`^${source}$`, 'u');
  const value = evaluator(of);
  return (row) => {
    const text = value(row);
    if (text === null) return null;
    if (typeof text === 'number') throw needsDatabase('LIKE on numbers');
    assertNoNul(text);
    return expression.test(text) ? 1 : 0;
  };
}

function isTextOnly(expression: Expression): boolean {
  return expression.type === 'column' ? !isNumeric(expression.affinity) : expression.type === 'function';
}

function functionOf({ name, of }: Extract<Expression, { type: 'function' }>): Evaluate {
  const values = of.map(evaluator);
  const [first] = values;
  if (first === undefined) throw needsDatabase('a function of nothing');
  const [, from, count] = of.map((part) => (part.type === 'literal' ? Number(part.value) : 0));
  switch (name) {
    case 'coalesce':
      return (row) => {
        for (const value of values) {
          const cell = value(row);
          if (cell !== null) return cell;
        }
        return null;
      };
    case 'substr':
      return ofText(first, (text) => substr(text, from ?? 1, count));
    case 'lower':
      return ofText(first, (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
    case 'upper':
      return ofText(first, (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()));
    case 'length':
      return ofText(first, (text) => (isAstral(text) ? [...text].length : text.length));
    default:
      return name satisfies never;
  }
}

/** Counts characters, not halves of them. */
function substr(text: string, from: number, count: number | undefined): string {
  const to = count === undefined ? undefined : from - 1 + count;
  return isAstral(text) ? [...text].slice(from - 1, to).join('') : text.slice(from - 1, to);
}

function isAstral(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}

function ofText(value: Evaluate, change: (text: string) => Cell): Evaluate {
  return (row) => {
    const cell = value(row);
    if (cell === null) return null;
    if (typeof cell === 'number') throw needsDatabase('a function of text on a number');
    assertNoNul(cell);
    return change(cell);
  };
}

/** SQLite ends a text at a NUL in LIKE and in some functions. */
function assertNoNul(text: string): void {
  if (text.includes('\0')) throw needsDatabase('text with a NUL');
}
