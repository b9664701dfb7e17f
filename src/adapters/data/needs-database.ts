import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';

/** Thrown by whatever reads a query or its data in one pass and meets something that only a database answers rightly. */
export function needsDatabase(why: string): MagusError {
  return new MagusError('internal', `The scan cannot answer this: ${why}.`, { code: 'NEEDS_DATABASE' });
}

export function isForDatabase(error: unknown): boolean {
  return isMagusError(error) && error.code === 'NEEDS_DATABASE';
}
