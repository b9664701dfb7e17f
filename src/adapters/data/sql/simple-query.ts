import type { Cell } from '../../../core/data-port.ts';
import type { Affinity } from '../source-table.ts';

/** An expression over the cells of one row. Conditions (comparisons and what joins them) give 1, 0 or null. */
export type Expression =
  | { readonly type: 'column'; readonly column: number; readonly affinity: Affinity }
  | { readonly type: 'literal'; readonly value: Cell }
  | { readonly type: 'function'; readonly name: ScalarName; readonly of: readonly Expression[] }
  | { readonly type: 'aggregate'; readonly name: AggregateName; readonly of?: Expression; readonly distinct: boolean }
  | { readonly type: 'negative'; readonly of: Expression }
  | {
      readonly type: 'arithmetic';
      readonly sign: '+' | '-' | '*';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly type: 'compare'; readonly sign: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'not'; readonly of: Expression }
  | { readonly type: 'is-null'; readonly of: Expression }
  | { readonly type: 'in'; readonly of: Expression; readonly list: readonly Expression[] }
  | { readonly type: 'like'; readonly of: Expression; readonly pattern: string };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
export const scalarNames = ['substr', 'lower', 'upper', 'length', 'coalesce'] as const;
export type ScalarName = (typeof scalarNames)[number];
export const aggregateNames = ['count', 'sum', 'total', 'avg', 'min', 'max'] as const;
export type AggregateName = (typeof aggregateNames)[number];

/** One SELECT over one table, simple enough to be answered by reading the table once. */
export interface SimpleQuery {
  readonly items: readonly Expression[];
  readonly distinct: boolean;
  readonly where?: Expression;
  readonly groupBy: readonly Expression[];
  readonly having?: Expression;
  readonly orderBy: readonly { readonly by: Expression; readonly descending: boolean }[];
  readonly limit: number;
  readonly offset: number;
}

/** The parts of an expression, one level down. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'column':
    case 'literal':
      return [];
    case 'function':
      return expression.of;
    case 'aggregate':
      return expression.of === undefined ? [] : [expression.of];
    case 'negative':
    case 'not':
    case 'is-null':
    case 'like':
      return [expression.of];
    case 'in':
      return [expression.of, ...expression.list];
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
      return [expression.left, expression.right];
    default:
      return expression satisfies never;
  }
}

/** The same expression with each of its parts, one level down, changed. */
export function mapParts(expression: Expression, change: (part: Expression) => Expression): Expression {
  switch (expression.type) {
    case 'column':
    case 'literal':
      return expression;
    case 'function':
      return { ...expression, of: expression.of.map(change) };
    case 'aggregate':
      return expression.of === undefined ? expression : { ...expression, of: change(expression.of) };
    case 'in':
      return { ...expression, of: change(expression.of), list: expression.list.map(change) };
    case 'negative':
    case 'not':
    case 'is-null':
    case 'like':
      return { ...expression, of: change(expression.of) };
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
      return { ...expression, left: change(expression.left), right: change(expression.right) };
    default:
      return expression satisfies never;
  }
}

export function someExpression(expression: Expression, test: (part: Expression) => boolean): boolean {
  return test(expression) || partsOf(expression).some((part) => someExpression(part, test));
}

export function isCondition({ type }: Expression): boolean {
  return ['compare', 'and', 'or', 'not', 'is-null', 'in', 'like'].includes(type);
}
