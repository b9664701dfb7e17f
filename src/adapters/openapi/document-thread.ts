import { Worker } from 'node:worker_threads';
import { MagusError } from '../../core/errors/magus-error.ts';
import { startQuestions, type ThreadQuestions } from '../../core/thread-questions.ts';
import type { DocumentQuestions } from './document-questions.ts';

const longestMs = 60_000;
const idleMs = 5 * 60_000;
const mostMegabytes = 2048;

/** The thread that reads documents. It starts at the first question, and ends when nobody has asked for five minutes. */
export function documentThread(workerUrl: URL | string): Pick<ThreadQuestions<DocumentQuestions>, 'ask'> {
  let thread: ThreadQuestions<DocumentQuestions> | undefined;
  let open = 0;
  let idle: NodeJS.Timeout | undefined;
  const start = (): ThreadQuestions<DocumentQuestions> => {
    const resourceLimits = { maxOldGenerationSizeMb: mostMegabytes };
    const started = startQuestions<DocumentQuestions, { type: string }>(
      new Worker(workerUrl, { name: 'openmagus-apis', resourceLimits }),
      {
        closedError: (cause) =>
          new MagusError('tool-failed', 'It takes more than a minute or 2 GB of memory to read this document.', {
            code: 'NO_DOCUMENT',
            cause,
          }),
        onNotice: () => {},
        onEnd: () => {
          if (thread === started) thread = undefined;
        },
      },
    );
    return started;
  };
  return {
    ask: async (name, asked) => {
      clearTimeout(idle);
      thread ??= start();
      const asking = thread;
      const late = setTimeout(() => void asking.end(), longestMs);
      open += 1;
      try {
        return await asking.ask(name, asked);
      } finally {
        open -= 1;
        clearTimeout(late);
        if (open === 0) idle = setTimeout(() => void thread?.end(), idleMs).unref();
      }
    },
  };
}
