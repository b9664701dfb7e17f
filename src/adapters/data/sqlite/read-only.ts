import { constants, type DatabaseSync } from 'node:sqlite';
import { MagusError } from '../../../core/errors/magus-error.ts';
import type { SqlToken } from '../sql/sql-tokens.ts';

/** One statement that only reads: the first of three locks. Throws `tool-input` NOT_A_QUERY. */
export function assertOneQuery(tokens: readonly SqlToken[]): void {
  const first = tokens[0]?.text.toLowerCase() ?? '';
  if (!['select', 'with', 'values'].includes(first)) throw notAQuery(tokens[0]?.text ?? '');
  // Where there is no authorizer, these would still tell of settings and files.
  if (tokens.some(({ kind, text }) => kind !== 'string' && /^(?:pragma_\w+|load_extension)$/i.test(text)))
    throw notAQuery(undefined);
  const end = tokens.findIndex(({ kind, text }) => kind === 'sign' && text === ';');
  const second = end < 0 ? undefined : tokens.slice(end).find(({ text }) => text !== ';');
  if (second !== undefined)
    throw new MagusError(
      'tool-input',
      `There is a second statement at character ${second.at + 1} (${second.text}). Give one query at a time.`,
      { code: 'NOT_A_QUERY' },
    );
}

/** From here on the connection reads and does nothing else: no writing, attaching, settings or extensions. */
export function lockDown(database: DatabaseSync): void {
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;');
  const { setAuthorizer } = database as Partial<Pick<DatabaseSync, 'setAuthorizer'>>;
  // Node 22 has none; there the statement's first word and query_only hold.
  setAuthorizer?.call(database, (action, first, second) => {
    switch (action) {
      case constants.SQLITE_SELECT:
      case constants.SQLITE_READ:
      case constants.SQLITE_RECURSIVE:
        return constants.SQLITE_OK;
      case constants.SQLITE_PRAGMA:
        // Full-text tables ask for these themselves.
        return ['data_version', 'page_size'].includes(first ?? '') && second === null
          ? constants.SQLITE_OK
          : constants.SQLITE_DENY;
      case constants.SQLITE_FUNCTION:
        return /^(?:load_extension|fts3_tokenizer)$/i.test(second ?? first ?? '')
          ? constants.SQLITE_DENY
          : constants.SQLITE_OK;
      default:
        return constants.SQLITE_DENY;
    }
  });
}

/** `word`: the statement's first; undefined: it is not its first word that is wrong. */
export function notAQuery(word: string | undefined): MagusError {
  const what =
    word === undefined
      ? 'A statement that does more than read'
      : word === ''
        ? 'An empty statement'
        : word.toUpperCase();
  return new MagusError(
    'tool-input',
    `${what} is not run here: only a query (SELECT, WITH or VALUES). Sources are never changed; write a result to a new file with data_export.`,
    { code: 'NOT_A_QUERY' },
  );
}
