import type { Deadlines } from './deadlines.ts';
import { causeOf } from './endpoint-faults.ts';
import { StreamFault } from './stream-fault.ts';

const longestBody = 32 * 1024 * 1024;

/** The body's chunks; ends at once when a deadline passes, even if the transport does not notice the abort. */
export async function* readChunks(response: Response, deadlines: Deadlines): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  deadlines.signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((broken: unknown) => {
        throw deadlines.passed() ?? new StreamFault('truncated', causeOf(broken));
      });
      if (deadlines.signal.aborted) throw deadlines.passed() ?? new StreamFault('stalled', 'aborted');
      if (done) return;
      deadlines.heard();
      yield value;
    }
  } finally {
    deadlines.signal.removeEventListener('abort', stop);
    stop();
  }
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
