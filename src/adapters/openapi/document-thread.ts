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
      const late = setTimeout(() => end(asking), limitMs);
      open += 1;
      try {
        return await asking.ask(name, asked);
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
      closedError: (cause) =>
        new MagusError('tool-failed', 'It takes more than a minute or 2 GB of memory to read this document.', {
          code: 'NO_DOCUMENT',
          cause,
        }),
      onNotice: () => {},
      onEnd: () => {},
    },
  );
}
