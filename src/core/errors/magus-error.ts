import type { ErrorKind } from '../../protocol/error-kinds.ts';
import { messageOf } from './message-of.ts';

const brand: unique symbol = Symbol.for('openmagus.error');

export interface MagusErrorOptions {
  /** Stable word for programs, such as NO_MATCH; absent where the kind says it all. */
  readonly code?: string;
  readonly retryable?: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error of OpenMagus. The message is for a person and names the next step. */
export class MagusError extends Error {
  readonly [brand] = true;
  readonly kind: ErrorKind;
  readonly code: string | undefined;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(kind: ErrorKind, message: string, options: MagusErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'MagusError';
    this.kind = kind;
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

/** Recognised by brand, not by class: each bundle carries its own copy of the class. */
export function isMagusError(value: unknown): value is MagusError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Any thrown value as a MagusError; an abort becomes `cancelled`, anything unknown `internal`. */
export function toMagusError(value: unknown): MagusError {
  if (isMagusError(value)) return value;
  if (value instanceof Error && value.name === 'AbortError') {
    return new MagusError('cancelled', 'Cancelled.', { cause: value });
  }
  const text = messageOf(value);
  return new MagusError('internal', text, { cause: value });
}
