import { MagusError } from '../errors/magus-error.ts';

/** Stops the task without ending it: it goes on when somebody resumes it. */
export function nobodyToAsk(what: string): MagusError {
  return new MagusError(
    'permission-denied',
    `Nobody is here to decide on: ${what}. Resume the task where it can ask.`,
    { code: 'NOBODY_TO_ASK' },
  );
}
