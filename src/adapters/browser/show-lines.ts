import type { PageLine } from './compact-snapshot.ts';

/** Of one snapshot, in characters. */
export const mostCharacters = 12_000;

/** Lines as text, as many as there is room for; where to go on stands in the last one. `from` counts from 1. */
export function showLines(lines: readonly PageLine[], from = 1, most = mostCharacters): string {
  const shown: string[] = [];
  let room = most - 200;
  let next = from - 1;
  for (; next < lines.length; next += 1) {
    const text = textOf(lines[next]);
    if (text.length + 1 > room && shown.length > 0) break;
    shown.push(text.slice(0, room));
    room -= text.length + 1;
  }
  if (next < lines.length)
    shown.push(
      `[${lines.length - next} more lines: go on with "from": ${next + 1}, or choose a part by "scope" (a ref) or "query"]`,
    );
  return shown.join('\n');
}

const refs = /\b(?:f\d+)?e\d+\b/g;

/** Lines that hold every word of the query, with the lines that they stand under and, under a line that holds them, its own. */
export function linesAbout(lines: readonly PageLine[], query: string): readonly PageLine[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = new Set<number>();
  for (const [index, { text }] of lines.entries()) {
    const low = text.replace(refs, ' ').toLowerCase();
    if (!words.every((word) => low.includes(word))) continue;
    for (const above of standsUnder(lines, index)) kept.add(above);
    kept.add(index);
  }
  return lines.filter((line, index) => kept.has(index) || (isLegend(line) && kept.has(index - 1)));
}

/** What is new ("+") and what is gone ("-") since, each new line under those that it stands under. */
export function changedLines(before: readonly PageLine[], after: readonly PageLine[]): readonly PageLine[] {
  const gone = counts(before);
  const fresh = new Set<number>();
  for (const [index, line] of after.entries()) {
    const left = gone.get(line.text) ?? 0;
    if (left > 0) gone.set(line.text, left - 1);
    else fresh.add(index);
  }
  const shown = new Set([...fresh].flatMap((index) => [...standsUnder(after, index), index]));
  const added = after.flatMap((line, index) =>
    shown.has(index) ? [{ depth: line.depth, text: `${fresh.has(index) ? '+ ' : '  '}${line.text}` }] : [],
  );
  // What has another text now stands among the new lines.
  const still = new Set(added.flatMap(({ text }) => text.match(refs) ?? []));
  const removed = [...before].reverse().flatMap((line) => {
    const left = gone.get(line.text) ?? 0;
    if (left === 0) return [];
    gone.set(line.text, left - 1);
    const own = line.text.match(refs);
    if (own?.every((ref) => still.has(ref))) return [];
    return [{ depth: 0, text: `- ${line.text}` }];
  });
  return [...added, ...removed.reverse()];
}

function counts(lines: readonly PageLine[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { text } of lines) found.set(text, (found.get(text) ?? 0) + 1);
  return found;
}

function standsUnder(lines: readonly PageLine[], index: number): readonly number[] {
  const above: number[] = [];
  let { depth } = lines[index] ?? { depth: 0 };
  for (let at = index - 1; at >= 0 && depth > 0; at -= 1) {
    const line = lines[at];
    if (line === undefined || line.depth >= depth) continue;
    above.push(at);
    depth = line.depth;
  }
  return above;
}

function isLegend({ text }: PageLine): boolean {
  return text.startsWith('the refs are, in column');
}

function textOf(line: PageLine | undefined): string {
  return line === undefined ? '' : `${' '.repeat(line.depth)}${line.text}`;
}
