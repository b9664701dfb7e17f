import type { ErrorKind } from '../protocol/error-kinds.ts';
import { isMagusError, MagusError, toMagusError } from './errors/magus-error.ts';

/** What is asked of a worker thread of Node. */
export interface Thread {
  on(event: 'error', listener: (cause: unknown) => void): unknown;
  on(event: 'exit', listener: (exitCode: number) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  postMessage(message: unknown): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** A MagusError as it crosses the thread border: structured clone would drop its fields. */
export interface CarriedError {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly code: string | undefined;
  readonly retryable: boolean;
}
export interface ThreadRequest {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}
export type ThreadAnswer =
  | { readonly type: 'answered'; readonly id: number; readonly output: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: CarriedError };

/** `Operations` maps names to functions of one object: what a thread may be asked. */
export interface ThreadQuestions<Operations> {
  ask<Name extends keyof Operations & string>(
    name: Name,
    input: InputOf<Operations, Name>,
  ): Promise<OutputOf<Operations, Name>>;
  isClosed(): boolean;
  end(): Promise<void>;
}
type InputOf<Operations, Name extends keyof Operations> = Operations[Name] extends (input: infer Input) => unknown
  ? Input
  : never;
type OutputOf<Operations, Name extends keyof Operations> = Operations[Name] extends (input: never) => infer Output
  ? Awaited<Output>
  : never;

interface Listening<Notice> {
  /** What those are told who ask a thread that has ended. */
  readonly closedError: (cause?: unknown) => MagusError;
  /** Whatever the thread says unasked. */
  readonly onNotice: (notice: Notice) => void;
  readonly onEnd: (error: MagusError) => void;
}

/** The main thread's side: one message there and one back for each question; `close` is the last one. */
export function startQuestions<Operations, Notice extends { readonly type: string }>(
  worker: Thread,
  { closedError, onNotice, onEnd }: Listening<Notice>,
): ThreadQuestions<Operations> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const exited = Promise.withResolvers<void>();
  let lastId = 0;
  let closed: MagusError | undefined;
  const die = (cause?: unknown): void => {
    closed ??= closedError(cause);
    for (const { reject } of waiting.values()) reject(closed);
    waiting.clear();
    onEnd(closed);
  };
  worker.on('error', die);
  worker.on('exit', () => {
    die();
    exited.resolve();
  });
  worker.on('message', (message) => {
    const reply = message as ThreadAnswer | Notice;
    if (!isAnswer(reply)) return onNotice(reply);
    const question = waiting.get(reply.id);
    waiting.delete(reply.id);
    // Only an open question keeps the process alive.
    if (waiting.size === 0) worker.unref();
    if (reply.type === 'answered') question?.resolve(reply.output);
    else question?.reject(new MagusError(reply.error.kind, reply.error.message, carried(reply.error)));
  });
  worker.unref();
  return {
    ask: (name, input) => {
      if (closed !== undefined) return Promise.reject(closed);
      const question = Promise.withResolvers<unknown>();
      lastId += 1;
      worker.postMessage({ id: lastId, name, input } satisfies ThreadRequest);
      waiting.set(lastId, question);
      worker.ref();
      if (name === 'close') closed = closedError();
      return question.promise as ReturnType<ThreadQuestions<Operations>['ask']>;
    },
    isClosed: () => closed !== undefined,
    end: async () => {
      closed ??= closedError();
      await worker.terminate();
      await exited.promise;
    },
  };
}

/** The thread's side of a failure. */
export function failedAnswer(id: number, caught: unknown): ThreadAnswer {
  const { kind, message, code, retryable } = isMagusError(caught) ? caught : toMagusError(caught);
  return { type: 'failed', id, error: { kind, message, code, retryable } };
}

/** Node 22 calls node:sqlite experimental on stderr, which belongs to the user. `own` is the `process` of a thread or process. */
export function silenceExperimentalWarning(own: { emitWarning: (...parts: never[]) => void }): void {
  const emitWarning = own.emitWarning.bind(own) as (...parts: readonly unknown[]) => void;
  own.emitWarning = (...parts: readonly unknown[]): void => {
    if (parts[1] !== 'ExperimentalWarning') emitWarning(...parts);
  };
}

function isAnswer(reply: { readonly type: string }): reply is ThreadAnswer {
  return reply.type === 'answered' || reply.type === 'failed';
}

function carried(error: CarriedError): { retryable: boolean; code?: string } {
  return error.code === undefined ? { retryable: error.retryable } : { retryable: error.retryable, code: error.code };
}
