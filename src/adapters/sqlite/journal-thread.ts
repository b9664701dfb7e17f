import type { Worker } from 'node:worker_threads';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { JournalReply, OperationInput, OperationName, OperationOutput } from './journal-protocol.ts';

export interface JournalThread {
  ask<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>>;
  /** Aborts when the lease is taken by another process, or can no longer be kept because the thread died. */
  lostSignal(token: string): AbortSignal;
  forget(token: string): void;
  isClosed(): boolean;
  end(): Promise<void>;
}

/** The main thread's side: one message there and one back for each question. */
export function startThread(worker: Worker): JournalThread {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const leases = new Map<string, AbortController>();
  const exited = Promise.withResolvers<void>();
  let lastId = 0;
  let closed: MagusError | undefined;
  const die = (cause?: unknown): void => {
    closed ??= closedError(cause);
    for (const { reject } of waiting.values()) reject(closed);
    waiting.clear();
    for (const lease of leases.values()) lease.abort(closed);
  };
  worker.on('error', die);
  worker.on('exit', () => {
    die();
    exited.resolve();
  });
  worker.on('message', (reply: JournalReply) => {
    if (reply.type === 'lease-lost') {
      leaseOf(leases, reply.token).abort(takenError());
      return;
    }
    const question = waiting.get(reply.id);
    waiting.delete(reply.id);
    // Only an open question keeps the process alive.
    if (waiting.size === 0) worker.unref();
    if (reply.type === 'answered') question?.resolve(reply.output);
    else question?.reject(new MagusError(reply.error.kind, reply.error.message, carried(reply.error)));
  });
  worker.unref();
  return {
    ask: <Name extends OperationName>(name: Name, input: OperationInput<Name>) => {
      if (closed !== undefined) return Promise.reject(closed);
      const question = Promise.withResolvers<unknown>();
      lastId += 1;
      worker.postMessage({ id: lastId, name, input });
      waiting.set(lastId, question);
      worker.ref();
      if (name === 'close') closed = closedError();
      return question.promise as Promise<OperationOutput<Name>>;
    },
    lostSignal: (token) => leaseOf(leases, token).signal,
    forget: (token) => leases.delete(token),
    isClosed: () => closed !== undefined,
    end: async () => {
      closed ??= closedError();
      leases.clear();
      await worker.terminate();
      await exited.promise;
    },
  };
}

/** Made by whichever comes first: the news that it was lost, or the holder's first look at it. */
function leaseOf(leases: Map<string, AbortController>, token: string): AbortController {
  const known = leases.get(token) ?? new AbortController();
  leases.set(token, known);
  return known;
}

function carried(error: { readonly code: string | undefined; readonly retryable: boolean }): {
  retryable: boolean;
  code?: string;
} {
  return error.code === undefined ? { retryable: error.retryable } : { retryable: error.retryable, code: error.code };
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
