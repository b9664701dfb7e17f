import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';

/** What the operating system said about a path, as an error with a next step. */
export function fileFailure(path: string, error: unknown): MagusError {
  if (isMagusError(error)) return error;
  const fail = (code: string, message: string): MagusError =>
    new MagusError('tool-failed', message, { code, cause: error });
  switch (systemCode(error)) {
    case 'ENOENT':
      return fail('NOT_FOUND', `There is no ${path}. Look for it with list_files.`);
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(
        'DISK_FULL',
        `The disk is full; ${path} and everything else is as it was before. Free some space and try again.`,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail(
        'UNREADABLE',
        `The system does not permit access to ${path}. Change its permissions or leave it alone.`,
      );
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ENAMETOOLONG':
    case 'ELOOP':
    case 'EINVAL':
      return new MagusError('tool-input', `${path} cannot be a file here (${systemCode(error)}). Give another path.`, {
        code: 'BAD_PATH',
        cause: error,
      });
    default:
      return fail('UNREADABLE', `${path}: ${messageOf(error)}. Check the path and try again.`);
  }
}

export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
