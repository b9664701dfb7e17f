import { Worker } from 'node:worker_threads';
import { MagusError } from '../../core/errors/magus-error.ts';
import { startQuestions, type ThreadQuestions } from '../../core/thread-questions.ts';
import type { DocumentQuestions } from './document-questions.ts';

const longestMs = 60_000;
const idleMs = 5 * 60_000;
const mostMegabytes = 2048;

type DocumentThread = ThreadQuestions<DocumentQuestions>;

/**
 * The thread that reads documents. It starts at the first question, and ends when nobody has asked for five minutes or one takes
 * too long, with NO_DOCUMENT for all that wait.
 */
export function documentThread(workerUrl: URL | string, limitMs = longestMs): Pick<DocumentThread, 'ask'> {
  let thread: DocumentThread | undefined;
  let open = 0;
  let idle: NodeJS.Timeout | undefined;
  const end = (ending: DocumentThread | undefined): void => {
    if (thread === ending) thread = undefined;
    void ending?.end();
  };
  return {
    ask: async (name, asked) => {
      clearTimeout(idle);
      if (thread?.isClosed()) thread = undefined;
      thread ??= start(workerUrl);
      const asking = thread;
      let isLate = false;
      const late = setTimeout(() => {
        isLate = true;
        end(asking);
      }, limitMs);
      open += 1;
      try {
        return await asking.ask(name, asked);
      } catch (error) {
        throw isLate ? tooLarge() : error;
      } finally {
        open -= 1;
        clearTimeout(late);
        if (open === 0) idle = setTimeout(() => end(thread), idleMs).unref();
      }
    },
  };
}

function start(workerUrl: URL | string): DocumentThread {
  const resourceLimits = { maxOldGenerationSizeMb: mostMegabytes };
  return startQuestions<DocumentQuestions, { type: string }>(
    new Worker(workerUrl, { name: 'openmagus-apis', resourceLimits }),
    {
      closedError: (cause) => (outOfMemory(cause) ? tooLarge(cause) : broken(cause)),
      onNotice: () => {},
      onEnd: () => {},
    },
  );
}

function outOfMemory(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooLarge(cause?: unknown): MagusError {
  return new MagusError(
    'tool-failed',
    'It takes more than a minute or 2 GB of memory to read this document. Configure a smaller one, or the part of it that is needed.',
    { code: 'NO_DOCUMENT', cause },
  );
}

/** Others wait in the same thread for documents of their own. */
function broken(cause: unknown): MagusError {
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new MagusError('tool-failed', `What reads documents of APIs has ended${why}. Try again.`, {
    code: 'NO_DOCUMENT',
    cause,
  });
}
