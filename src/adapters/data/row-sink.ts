import type { Cell } from '../../core/data-port.ts';

/** Where the rows of a result go. */
export interface RowSink {
  /** False: no more are wanted. */
  add(row: readonly Cell[]): boolean;
  /** Forgets what came so far: the result is made anew in another way. */
  restart(): void;
}
