import { exitCodes } from './report.ts';

/** Who reads the output has enough of it, as `head` after ten lines: a running task is cancelled as by Ctrl+C, all else ends, without a word. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (process.listenerCount('SIGINT') > 0) process.emit('SIGINT');
    else process.exit(exitCodes.done);
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
