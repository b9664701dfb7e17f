import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A command that prints without end must not fill the disk. */
const maxBytes = 100_000_000;
/** Output is passed on at most this often. */
const batchMs = 50;

export interface OutputFile {
  read(from: Readable): void;
  /** Passes on what is left and resolves when the file is whole. */
  close(): Promise<void>;
}

/** Streams what a command prints to its file and, in batches, to `onOutput`. */
export function outputFile(path: string, onOutput: (text: string) => void): OutputFile {
  const file = createWriteStream(path, { flags: 'w', mode: 0o600 });
  const paused = new Set<Readable>();
  const goOn = (): void => {
    for (const from of paused) from.resume();
    paused.clear();
  };
  let broken = false;
  file.on('drain', goOn);
  // A full disk must not end the extension host; the command goes on, its output is then short.
  file.on('error', () => {
    broken = true;
    goOn();
  });
  const decoder = new StringDecoder('utf8');
  let written = 0;
  let pending = '';
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (pending !== '') onOutput(pending);
    pending = '';
  };
  return {
    read(from) {
      from.on('error', () => undefined);
      from.on('data', (chunk: Buffer) => {
        if (closed || written >= maxBytes) return;
        written += chunk.length;
        // A file that is broken never drains.
        if (!broken && !file.write(written >= maxBytes ? '\n[output beyond 100 MB was dropped]\n' : chunk)) {
          from.pause();
          paused.add(from);
        }
        pending += decoder.write(chunk);
        timer ??= setTimeout(flush, batchMs);
      });
    },
    async close() {
      closed = true;
      pending += decoder.end();
      flush();
      await new Promise<void>((resolve) => {
        file.once('close', resolve);
        file.end();
        if (file.closed) resolve();
      });
    },
  };
}
