import { join } from 'node:path';
import * as z from 'zod/mini';
import type { SearchHit } from '../../core/search-port.ts';

/** Longer lines are cut around nothing: minified files would fill the memory. */
export const longestLine = 500;

const textSchema = z.union([z.object({ text: z.string() }), z.object({ bytes: z.string() })]);
const lineSchema = z.object({
  type: z.string(),
  data: z.object({
    path: z.optional(z.nullable(textSchema)),
    lines: z.optional(textSchema),
    line_number: z.optional(z.nullable(z.number())),
  }),
});

/** What `rg --json` prints, one hit a matching line, with the lines around it. */
export async function* hitsFromLines(folder: string, lines: AsyncIterable<string>): AsyncGenerator<SearchHit> {
  let file: FileLine[] = [];
  let path = '';
  for await (const line of lines) {
    const { type, data } = lineSchema.parse(JSON.parse(line));
    if (type === 'begin') {
      file = [];
      path = join(folder, textOf(data.path));
    } else if (type === 'end') {
      yield* hitsOf(path, file);
    } else if ((type === 'match' || type === 'context') && file.length < 20_000) {
      const text = textOf(data.lines)
        .replace(/\r?\n$/, '')
        .slice(0, longestLine);
      file.push({ number: data.line_number ?? 0, text, matched: type === 'match' });
    }
  }
}

interface FileLine {
  readonly number: number;
  readonly text: string;
  readonly matched: boolean;
}

function* hitsOf(path: string, lines: readonly FileLine[]): Generator<SearchHit> {
  for (const [index, line] of lines.entries()) {
    if (!line.matched) continue;
    yield {
      path,
      line: line.number,
      text: line.text,
      before: around(lines, index, -1),
      after: around(lines, index, 1),
    };
  }
}

/** The unbroken run of context lines on one side. */
function around(lines: readonly FileLine[], index: number, step: 1 | -1): string[] {
  const found: string[] = [];
  for (let at = index + step; ; at += step) {
    const line = lines[at];
    const from = lines[at - step];
    if (line === undefined || from === undefined || line.matched || line.number !== from.number + step) break;
    found.push(line.text);
  }
  return step === 1 ? found : found.reverse();
}

function textOf(value: z.infer<typeof textSchema> | null | undefined): string {
  if (value === undefined || value === null) return '';
  return 'text' in value ? value.text : Buffer.from(value.bytes, 'base64').toString('utf8');
}
