import type * as z from 'zod/mini';
import { MagusError, toMagusError } from '../core/errors/magus-error.ts';
import { parseInWords } from '../core/errors/parse-in-words.ts';
import { linesOf } from '../core/lines-of.ts';

/** One JSON line in, one JSON line out, in order. A line that is wrong is answered, not skipped. */
export async function answerJsonLines<Row>(
  schema: z.ZodMiniType<Row>,
  answer: (row: Row) => Promise<unknown>,
): Promise<void> {
  for await (const line of linesOf(process.stdin, longestLine)) {
    if (line.trim() === '') continue;
    const out = await answerLine(line, schema, answer);
    process.stdout.write(`${JSON.stringify(out)}\n`);
  }
}

async function answerLine<Row>(
  line: string,
  schema: z.ZodMiniType<Row>,
  answer: (row: Row) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await answer(parseRow(line, schema));
  } catch (caught) {
    const error = toMagusError(caught);
    return { ok: false, content: error.message, error: { kind: error.kind, code: error.code, message: error.message } };
  }
}

/** Characters: files of 1 MB fit in, however they are escaped. */
const longestLine = 8_000_000;

function parseRow<Row>(line: string, schema: z.ZodMiniType<Row>): Row {
  if (line.length > longestLine)
    throw new MagusError('user-input', 'This line is longer than 8,000,000 characters.', { code: 'BAD_LINE' });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new MagusError('user-input', 'This line is not JSON.', { code: 'BAD_LINE', cause });
  }
  const parsed = parseInWords(schema, value, 'the line');
  if (!parsed.ok)
    throw new MagusError('user-input', `This line is wrong: ${parsed.faults.join('; ')}`, { code: 'BAD_LINE' });
  return parsed.value;
}
