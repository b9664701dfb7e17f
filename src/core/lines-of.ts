/**
 * The lines of a UTF-8 stream, without their ends. Only a line feed ends one: other signs that count as line ends somewhere are
 * ordinary text inside JSON. A line that grows beyond `longest` characters is cut one character behind that.
 */
export async function* linesOf(stream: AsyncIterable<Uint8Array | string>, longest: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line = '';
  const grow = (text: string): void => {
    if (line.length <= longest) line += text.slice(0, longest + 1 - line.length);
  };
  for await (const chunk of stream) {
    const [first = '', ...others] = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split(
      '\n',
    );
    grow(first);
    for (const other of others) {
      yield line.replace(/\r$/, '');
      line = '';
      grow(other);
    }
  }
  if (line !== '') yield line.replace(/\r$/, '');
}
