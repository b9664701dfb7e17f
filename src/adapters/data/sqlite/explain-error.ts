import { editDistance } from '../../../core/edit-distance.ts';
import { MagusError } from '../../../core/errors/magus-error.ts';
import { messageOf } from '../../../core/errors/message-of.ts';
import { identifier } from '../sql/quoting.ts';
import { sqlTokens } from '../sql/sql-tokens.ts';
import { notAQuery } from './read-only.ts';

/** How a table can be named in SQL. */
export interface NamedTable {
  /** The attached source that it is in. */
  readonly source?: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** Why the database cannot read it; absent: it can. */
  readonly broken?: string;
}

/** SQLite's primary result codes. */
const [readOnly, full, unauthorized] = [8, 13, 23];

/** What the database said about a statement, with its place in it, the nearest name and the names that there are. */
export function explainSqlError(error: unknown, sql: string, tables: readonly NamedTable[]): MagusError {
  if (error instanceof MagusError) return error;
  const said = messageOf(error);
  // A function that is not allowed has no code of its own.
  if ([readOnly, unauthorized].includes(codeOf(error)) || /^not authorized to use function: /.test(said))
    return notAQuery(undefined);
  if (codeOf(error) === full) return tooBig(error);
  const column = /no such column: (?:"?[\w ]+"?\.)*"?([^"]+?)"?(?: - should this be.*)?$/i.exec(said)?.[1];
  const table = /no such table: (?:\w+\.)?(.+)$/i.exec(said)?.[1];
  const near = /near "(.*?)": syntax error/i.exec(said)?.[1];
  const name = column ?? table ?? near;
  const whole = tables.filter(({ broken }) => broken === undefined);
  const broken = tables.filter((each) => each.broken !== undefined && isNamed(each, sql));
  const known = column === undefined ? whole.map((each) => each.name) : whole.flatMap(({ columns }) => columns);
  const guess = near === undefined && broken.length === 0 ? name : undefined;
  const nearest = guess === undefined ? undefined : nearestOf(guess, known);
  const parts = [
    `${said}${placeOf(sql, name)}.`,
    nearest === undefined ? '' : `The nearest name is ${quotedName(nearest)}.`,
    ...broken.map((each) => `${written(each)} cannot be read (${each.broken}): leave it out of the query.`),
    `Tables: ${whole.map(describeTable).join('; ') || 'none'}.`,
  ];
  return new MagusError('tool-input', parts.filter(Boolean).join(' '), { code: 'BAD_SQL', cause: error });
}

/** Its primary result code; the message tells nothing for certain, since it holds names of the query. */
function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}

function isNamed({ name }: NamedTable, sql: string): boolean {
  return sqlTokens(sql).some(({ kind, text }) => kind !== 'sign' && text.toLowerCase() === name.toLowerCase());
}

function written({ source, name }: NamedTable): string {
  return source === undefined ? quotedName(name) : `${quotedName(source)}.${quotedName(name)}`;
}

export function quotedName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : identifier(name);
}

function describeTable(table: NamedTable): string {
  const { columns } = table;
  const shown = columns.slice(0, 60).map(quotedName).join(', ');
  return `${written(table)}(${shown}${columns.length > 60 ? `, … ${columns.length - 60} more` : ''})`;
}

function placeOf(sql: string, name: string | undefined): string {
  if (name === undefined) return '';
  const token = sqlTokens(sql).find(({ text, at, to }) =>
    [text, sql.slice(at, to)].some((written) => written.toLowerCase() === name.toLowerCase()),
  );
  if (token === undefined) return '';
  const before = sql.slice(0, token.at).split('\n');
  return ` (at line ${before.length}, character ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** By the fewest letters to change; undefined where none is alike. */
function nearestOf(written: string, known: readonly string[]): string | undefined {
  const name = written.slice(0, 200);
  const [best] = known
    .map((candidate) => ({
      candidate,
      distance: editDistance(name.toLowerCase(), candidate.toLowerCase().slice(0, 200)),
    }))
    .sort((left, right) => left.distance - right.distance);
  return best && best.distance <= Math.max(2, name.length / 2) ? best.candidate : undefined;
}

function tooBig(cause: unknown): MagusError {
  return new MagusError(
    'tool-failed',
    'The query needs more room on disk than it may take (8 GB). Filter earlier or read fewer columns.',
    { code: 'TOO_LARGE', cause },
  );
}
