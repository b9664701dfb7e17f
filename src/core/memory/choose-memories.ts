import { type MemoryKind, type MemoryRecord, memoryKinds } from '../../protocol/memory.ts';
import type { MemoryChoice } from '../../protocol/memory-choice.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';
import { recallMemories } from './recall-memories.ts';

const everything = 1_000_000;
const mostByQuery = 100;

/** The memories that somebody means: by ids, words, source, time, or all. Throws `user-input` when nothing is named. */
export async function chooseMemories(
  ports: Pick<Ports, 'clock' | 'memory' | 'files' | 'hash'>,
  choice: MemoryChoice,
  signal: AbortSignal,
  kinds: readonly MemoryKind[] = memoryKinds,
): Promise<readonly MemoryRecord[]> {
  const { store } = ports.memory;
  const { ids = [], query, source, all } = choice;
  if (ids.length > 0) return store.byIds(ids);
  if (query !== undefined) {
    const { hits } = await recallMemories(ports, { text: query, kinds, limit: mostByQuery, roots: [] }, signal);
    return store.byIds(hits.map(({ id }) => id));
  }
  const from = momentOf('from', choice.from);
  const to = momentOf('to', choice.to);
  if (!all && source === undefined && from === undefined && to === undefined)
    throw new MagusError('user-input', 'Which memories? Name ids, words (query), a source, a time (from, to), or all.');
  return store.list({
    kinds,
    limit: everything,
    ...(source === undefined ? {} : { source }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
}

function momentOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime()))
    throw new MagusError('user-input', `"${name}" is a moment such as 2026-11-24 or 2026-11-24T10:00Z, not ${text}.`);
  return moment.toISOString();
}
