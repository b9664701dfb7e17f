import type { Worker } from 'node:worker_threads';
import { MagusError } from '../../core/errors/magus-error.ts';
import { startQuestions, type ThreadQuestions } from '../../core/thread-questions.ts';
import type { JournalNotice, JournalOperations } from './journal-protocol.ts';

export interface JournalThread extends ThreadQuestions<JournalOperations> {
  /** Aborts when the lease is taken by another process, or can no longer be kept because the thread died. */
  lostSignal(token: string): AbortSignal;
  forget(token: string): void;
}

/** The main thread's side of the journal's thread. */
export function startThread(worker: Worker): JournalThread {
  const leases = new Map<string, AbortController>();
  const questions = startQuestions<JournalOperations, JournalNotice>(worker, {
    closedError,
    onNotice: ({ token }) => leaseOf(leases, token).abort(takenError()),
    onEnd: (error) => {
      for (const lease of leases.values()) lease.abort(error);
    },
  });
  return {
    ...questions,
    lostSignal: (token) => leaseOf(leases, token).signal,
    forget: (token) => leases.delete(token),
    end: async () => {
      leases.clear();
      await questions.end();
    },
  };
}

/** Made by whichever comes first: the news that it was lost, or the holder's first look at it. */
function leaseOf(leases: Map<string, AbortController>, token: string): AbortController {
  const known = leases.get(token) ?? new AbortController();
  leases.set(token, known);
  return known;
}

function closedError(cause?: unknown): MagusError {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new MagusError('internal', `The journal is closed${reason}. Start OpenMagus again.`, {
    code: 'JOURNAL_CLOSED',
    cause,
  });
}

function takenError(): MagusError {
  return new MagusError('user-input', 'Another process took this task over. Watch it there.', { code: 'LEASED' });
}
