import type { IncomingMessage } from 'node:http';
import type { Deadlines } from './deadlines.ts';
import { causeOf } from './endpoint-faults.ts';
import { bodyOf } from './http-fetch.ts';
import { StreamFault } from './stream-fault.ts';

const drainMs = 1000;
const longestBody = 32 * 1024 * 1024;

/** The body's chunks; when a deadline passes the socket is destroyed and the fault thrown. */
export async function* readChunks(response: Response, deadlines: Deadlines): AsyncGenerator<Uint8Array> {
  const body = bodyOf(response);
  let ended = false;
  const stop = (): void => void body.destroy();
  deadlines.signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      if (deadlines.signal.aborted) break;
      deadlines.heard();
      yield chunk as Uint8Array;
    }
    ended = true;
  } catch (broken) {
    throw deadlines.passed() ?? new StreamFault('truncated', causeOf(broken));
  } finally {
    deadlines.signal.removeEventListener('abort', stop);
    if (ended || deadlines.isEnded()) drain(body);
    else stop();
  }
  if (deadlines.signal.aborted) throw deadlines.passed() ?? new StreamFault('stalled', 'aborted');
}

/** What follows the end mark is nothing; once it is read, the connection can be used again. */
function drain(body: IncomingMessage): void {
  if (body.readableEnded) return;
  const timer = setTimeout(() => body.destroy(), drainMs);
  body.once('close', () => clearTimeout(timer)).once('error', () => undefined);
  body.resume();
}

export async function readWhole(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > longestBody) throw new StreamFault('protocol', 'an answer longer than 32 MB');
    texts.push(decoder.decode(chunk, { stream: true }));
  }
  return texts.join('') + decoder.decode();
}
