import { StreamFault } from './stream-fault.ts';

const longestFrame = 8 * 1024 * 1024;
const fields = ['data:', 'event:', 'id:', 'retry:'] as const;

/**
 * The `data` of each server-sent event, in order; comments and other fields are skipped. What stands unterminated at
 * the end of the body comes last with `terminated` false. Throws StreamFault `protocol` on a frame above 8 MB.
 */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly data: string; readonly terminated: boolean }> {
  let lines: string[] = [];
  let size = 0;
  for await (const line of readLines(chunks)) {
    if (line.text.startsWith('data:')) {
      const value = line.text.slice(line.text.startsWith('data: ') ? 6 : 5);
      size += value.length;
      if (size > longestFrame) throw new StreamFault('protocol', 'a frame longer than 8 MB');
      lines.push(value);
    } else if (!line.terminated && line.text !== '' && fields.some((field) => field.startsWith(line.text))) {
      lines.push('');
    } else if (line.text !== '' && !/^(:|event|id|retry)/.test(line.text)) {
      throw new StreamFault('protocol', line.text.slice(0, 200));
    }
    if (line.terminated && line.text !== '') continue;
    if (lines.length > 0) yield { data: lines.join('\n'), terminated: line.terminated };
    lines = [];
    size = 0;
  }
}

/** Lines ended by LF, CRLF or CR; the rest of the body always comes last, perhaps empty, as not terminated. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly text: string; readonly terminated: boolean }> {
  const decoder = new TextDecoder();
  // Pieces are joined only at a line's end, so a long line costs linear time.
  let pending: string[] = [];
  let pendingLength = 0;
  let afterReturn = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    if (afterReturn && text.startsWith('\n')) text = text.slice(1);
    afterReturn = text === '' ? false : text.endsWith('\r');
    const parts = text.split(/\r\n|\n|\r/);
    const last = parts.pop() ?? '';
    for (const part of parts) {
      yield { text: pending.join('') + part, terminated: true };
      pending = [];
      pendingLength = 0;
    }
    pending.push(last);
    pendingLength += last.length;
    if (pendingLength > longestFrame) throw new StreamFault('protocol', 'a frame longer than 8 MB');
  }
  yield { text: pending.join('') + decoder.decode(), terminated: false };
}
