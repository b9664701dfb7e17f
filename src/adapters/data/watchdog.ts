import { Worker } from 'node:worker_threads';

/** Memory of the whole process, in bytes. */
const mostMemory = 2_000_000_000;

/**
 * Ends this process when its time is over, when it takes too much memory or when the one that started it is gone. A thread of its
 * own, because a query in a database holds up its thread until it is answered.
 */
export function startWatchdog(timeoutMs: number, asker: number): void {
  const watch = new Worker(
    `const until = Date.now() + ${timeoutMs + 2000};
     setInterval(() => {
       if (process.ppid !== ${asker} || Date.now() > until || process.memoryUsage.rss() > ${mostMemory}) process.kill(process.pid, 'SIGKILL');
     }, 250);`,
    { eval: true },
  );
  watch.unref();
}
