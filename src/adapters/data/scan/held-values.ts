import type { Cell } from '../../../core/data-port.ts';
import { needsDatabase } from '../needs-database.ts';

/** What one query may hold in memory at once, all its groups or rows together; more is for the database. */
const mostValues = 2_000_000;
const mostCharacters = 50_000_000;

export interface HeldValues {
  /** The value to hold on to. */
  hold<Value extends Cell>(value: Value): Value;
}

export function heldValues(): HeldValues {
  let values = 0;
  let characters = 0;
  return {
    hold: (value) => {
      values += 1;
      if (typeof value === 'string') characters += value.length;
      if (values > mostValues || characters > mostCharacters) throw needsDatabase('too much to hold in memory');
      return kept(value);
    },
  };
}

/** A text cut out of a piece of the file keeps the whole piece in memory; a copy does not. */
export function kept<Value extends Cell>(value: Value): Value {
  return typeof value === 'string' && value.length > 12
    ? (Buffer.from(value, 'utf16le').toString('utf16le') as Value)
    : value;
}
