import type { SourceColumn } from '../source-table.ts';
import type { SqlToken } from './sql-tokens.ts';

/** Columns that a statement may read, by the names in it; all of them where it says so. Rather one too many. */
export function columnsNeeded(tokens: readonly SqlToken[], columns: readonly SourceColumn[]): readonly number[] {
  const named = new Set(tokens.filter(({ kind }) => kind !== 'sign').map(({ text }) => text.toLowerCase()));
  const every = named.has('natural') || tokens.some((_, index) => isStar(tokens, index) || isInTable(tokens, index));
  return columns.flatMap(({ name }, column) => (every || named.has(name.toLowerCase()) ? [column] : []));
}

/** `x IN wanted` reads a table without a word of its columns. */
function isInTable(tokens: readonly SqlToken[], index: number): boolean {
  const { kind, text } = tokens[index] as SqlToken;
  return kind === 'name' && text.toLowerCase() === 'in' && tokens[index + 1]?.text !== '(';
}

/** A star that stands for columns: not a product, not `count(*)`. */
function isStar(tokens: readonly SqlToken[], index: number): boolean {
  if (tokens[index]?.text !== '*' || tokens[index].kind !== 'sign') return false;
  const before = tokens[index - 1]?.text.toLowerCase() ?? '';
  return ['select', ',', '.', 'distinct', 'all'].includes(before);
}
