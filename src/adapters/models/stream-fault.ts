import { MagusError } from '../../core/errors/magus-error.ts';
import type { Fault } from '../../core/models/faults.ts';

/** A fault seen while reading an answer, before the address and the model's name are put to it. */
export class StreamFault extends MagusError {
  readonly fault: Fault;

  constructor(fault: Fault, said: string, details: { readonly retryable?: boolean } = {}) {
    super('model-unavailable', said, { retryable: true, ...details, code: fault });
    this.fault = fault;
  }
}
