/** `newText` moved as the found lines stand to the wanted ones; undefined when they do not all stand the same way. */
export function reindent(found: readonly string[], wanted: readonly string[], newText: string): string | undefined {
  const first = wanted.findIndex((line) => line.trim() !== '');
  const [from, to] = shiftBetween(indentOf(wanted[first] ?? ''), indentOf(found[first] ?? ''));
  const uniform = wanted.every(
    (line, index) => line.trim() === '' || moved(indentOf(line), from, to) === indentOf(found[index] ?? ''),
  );
  if (!uniform) return undefined;
  return newText
    .split('\n')
    .map((line) => (line.trim() === '' ? line : (moved(line, from, to) ?? line)))
    .join('\n');
}

export function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

function shiftBetween(wanted: string, found: string): readonly [string, string] {
  if (found.endsWith(wanted)) return ['', found.slice(0, found.length - wanted.length)];
  if (wanted.endsWith(found)) return [wanted.slice(0, wanted.length - found.length), ''];
  return [wanted, found];
}

function moved(line: string, from: string, to: string): string | undefined {
  return line.startsWith(from) ? to + line.slice(from.length) : undefined;
}
