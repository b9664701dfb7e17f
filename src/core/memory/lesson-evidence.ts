import * as z from 'zod/mini';
import type { MemoryRecord } from '../../protocol/memory.ts';
import type { LoggedEvent } from '../../protocol/task-event.ts';
import type { Ports } from '../ports.ts';
import { shownIn } from '../security/canonical-path.ts';

export const lessonSchema = z.object({
  lesson: z.string().check(z.minLength(10), z.maxLength(600)),
  quote: z.string().check(z.minLength(4), z.maxLength(400)),
  seq: z.nullable(z.number()),
  path: z.nullable(z.string()),
  line: z.nullable(z.number()),
});
export type Lesson = z.infer<typeof lessonSchema>;

const mostBytes = 2_000_000;
/** Models count lines badly. */
const nearLines = 3;

/**
 * What a lesson rests on, as parts of a fact: the line of a file that holds the quote, or the log's entry that does. undefined:
 * neither is true, so the lesson is not either.
 */
export async function evidenceOf(
  ports: Pick<Ports, 'files' | 'hash'>,
  roots: readonly string[],
  events: readonly LoggedEvent[],
  { quote, seq, path, line }: Lesson,
): Promise<Pick<MemoryRecord, 'cites' | 'evidence'> | undefined> {
  const cite = path === null ? undefined : await citationOf(ports, roots, quote, { path, line: line ?? 1 });
  if (cite) return { cites: [cite], evidence: [] };
  const entry = events.find((logged) => logged.seq === seq);
  if (!entry || !squeezed(textsOf(entry.event)).includes(squeezed(quote))) return undefined;
  return { cites: [], evidence: [{ taskId: entry.taskId, seq: entry.seq, quote }] };
}

async function citationOf(
  { files, hash }: Pick<Ports, 'files' | 'hash'>,
  roots: readonly string[],
  quote: string,
  { path, line }: { readonly path: string; readonly line: number },
): Promise<MemoryRecord['cites'][number] | undefined> {
  for (const root of roots) {
    const { real } = await files.facts(path.startsWith('/') ? path : `${root}/${path}`).catch(() => ({ real: '' }));
    // Only what lies in the workspace is evidence, wherever a link or ".." would lead.
    const shown = shownIn(real, [root]);
    if (shown === undefined) continue;
    const bytes = await files.read(real, mostBytes).catch(() => undefined);
    const lines = bytes ? new TextDecoder().decode(bytes).split('\n') : [];
    const near = lines.findIndex(
      (text, index) => Math.abs(index + 1 - line) <= nearLines && squeezed(text).includes(squeezed(quote)),
    );
    if (bytes && near >= 0) return { path: shown, line: near + 1, sha256: hash.sha256(bytes) };
  }
  return undefined;
}

/** Everything that an event says, as it stands in the log. */
function textsOf(event: unknown): string {
  if (typeof event === 'string') return `${event}\n`;
  if (typeof event !== 'object' || event === null) return '';
  return Object.values(event).map(textsOf).join('');
}

/** Line ends and blanks come out of models as they like. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
