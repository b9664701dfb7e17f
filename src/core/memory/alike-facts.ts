import type { MemoryRecord } from '../../protocol/memory.ts';
import { holds } from './fuse.ts';
import type { MemoryStore } from './memory-ports.ts';
import { tellingWords } from './words.ts';

const alike = 0.75;
const mostLookedAt = 10;

/** Facts of the same folders, or of all, that hold and say nearly the same, the likest first. */
export async function alikeFacts(
  store: Pick<MemoryStore, 'search'>,
  { text, workspace }: Pick<MemoryRecord, 'text' | 'workspace'>,
  nowMs: number,
  signal: AbortSignal,
): Promise<readonly MemoryRecord[]> {
  const rankings = await store.search({ text, kinds: ['fact'], workspace, limit: mostLookedAt }, signal);
  const found = new Map(rankings.flatMap(({ records }) => records.map((record) => [record.id, record])));
  return [...found.values()]
    .filter((record) => holds(record, nowMs) && saysAlike(record.text, text))
    .sort((a, b) => likeness(b.text, text) - likeness(a.text, text));
}

export function saysAlike(a: string, b: string): boolean {
  return likeness(a, b) >= alike;
}

/** Dice: 1 for the same words. */
function likeness(a: string, b: string): number {
  const [words, others] = [tellingWords(a), new Set(tellingWords(b))];
  const common = words.filter((word) => others.has(word)).length;
  return words.length + others.size === 0 ? 1 : (2 * common) / (words.length + others.size);
}
