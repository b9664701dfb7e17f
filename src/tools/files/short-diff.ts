const mostLines = 12;

/** The lines between the common beginning and the common end of two texts, shortened: enough to recognise a change. */
export function shortDiff(before: Uint8Array, after: Uint8Array): string {
  const left = linesOf(before);
  const right = linesOf(after);
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  const shorter = Math.min(left.length, right.length) - start;
  while (end < shorter && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  const removed = left.slice(start, left.length - end);
  const added = right.slice(start, right.length - end);
  return [`@@ line ${start + 1} @@`, ...part('-', removed), ...part('+', added)].join('\n');
}

function linesOf(content: Uint8Array): readonly string[] {
  return new TextDecoder().decode(content).split('\n');
}

function part(sign: string, lines: readonly string[]): string[] {
  const shown = lines.slice(0, mostLines).map((line) => sign + line.slice(0, 200));
  return lines.length > mostLines ? [...shown, `${sign}… (${lines.length - mostLines} more lines)`] : shown;
}
