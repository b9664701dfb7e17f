import { isMagusError, MagusError, toMagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';

/** What SQLite threw, in words that name the next step. */
export function fromSqlite(error: unknown, file: string): MagusError {
  if (isMagusError(error)) return error;
  const text = messageOf(error);
  if (text.includes('no such module: fts5')) {
    return new MagusError(
      'configuration',
      'This Node.js carries SQLite without full-text search. Update to Node.js 22.16 or later, or VS Code 1.110 or later.',
      { code: 'NO_FULL_TEXT_SEARCH', cause: error },
    );
  }
  switch (sqliteCode(error)) {
    case codes.busy:
    case codes.locked:
      return new MagusError(
        'configuration',
        `${file} is locked by another program. Nothing was written. Close what has it open (a backup, a database browser), then try again.`,
        { code: 'LOCKED', retryable: true, cause: error },
      );
    case codes.full:
      return new MagusError(
        'configuration',
        `The disk that holds ${file} is full. Nothing was half written. Free some space, then resume the task.`,
        { code: 'DISK_FULL', retryable: true, cause: error },
      );
    case codes.readOnly:
    case codes.cannotOpen:
    case codes.permission:
      return new MagusError(
        'configuration',
        `${file} cannot be written (${text}). Give yourself write access to it and its folder, or set OPENMAGUS_HOME to another folder.`,
        { code: 'NOT_WRITABLE', cause: error },
      );
    case codes.corrupt:
    case codes.notDatabase:
      return new MagusError('internal', `${file} is damaged (${text}). Restart OpenMagus: it sets the file aside.`, {
        code: 'DAMAGED',
        cause: error,
      });
    case codes.inputOutput:
      return new MagusError('internal', `${file} could not be read or written (${text}). Check the disk.`, {
        code: 'DISK_ERROR',
        cause: error,
      });
    default:
      return toMagusError(error);
  }
}

export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === codes.corrupt || code === codes.notDatabase;
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === codes.busy;
}

/** Primary result codes of https://sqlite.org/rescode.html */
const codes = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
} as const;

function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  // The low byte is the primary code; the rest only refines it.
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
