import * as z from 'zod/mini';
import { type MemoryRecord, memoryKinds, memoryRecordSchema } from '../../protocol/memory.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';
import { newRecord } from './remember.ts';

/** What a line must say and may say; a line of `export` says everything. */
const lineSchema = z.extend(z.partial(memoryRecordSchema), {
  kind: z.enum(memoryKinds),
  text: z.string(),
  cites: z.optional(
    z.array(z.object({ path: z.string(), line: z._default(z.number(), 1), sha256: z._default(z.string(), '') })),
  ),
});

export const longestLine = 4_000_000;

/** One JSON line as a record of this user. Throws `user-input` that says what is wrong with it. */
export function parseImportedLine(ports: Pick<Ports, 'clock' | 'hash' | 'memory'>, line: string): MemoryRecord {
  if (line.length > longestLine)
    throw new MagusError('user-input', `It is longer than ${longestLine / 1_000_000} million characters.`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new MagusError('user-input', 'It is not JSON.', { cause });
  }
  const parsed = z.safeParse(lineSchema, value);
  if (!parsed.success) throw new MagusError('user-input', z.prettifyError(parsed.error).replaceAll('\n', ' '));
  if (parsed.data.kind === 'workflow' && parsed.data.workflow === undefined && parsed.data.text.trim() === '')
    throw new MagusError('user-input', 'The workflow is empty: it has neither text nor steps.');
  const said = Object.fromEntries(Object.entries(parsed.data).filter(([, field]) => field !== undefined));
  return newRecord(ports, parsed.data.kind, {
    source: 'import',
    workspace: '',
    text: parsed.data.text,
    ...said,
    // What comes in is this user's now.
    namespace: ports.memory.namespace,
  });
}
