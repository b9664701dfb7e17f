import type { MemoryHit } from '../../protocol/task-event.ts';

type Told = Pick<MemoryHit, 'id' | 'kind' | 'text' | 'why'>;

const head = /^(\S+) \((?:episode|fact|workflow); [^\n]*\)$/;

/** Memories as the answer of a call. */
export function recalledText(hits: readonly Told[]): string {
  return hits.map(({ id, kind, text, why }) => `${id} (${kind}; ${why.replaceAll('\n', ' ')})\n${text}`).join('\n\n');
}

/** The same answer without the words of one that was forgotten. */
export function withoutRecalled(answer: string, id: string): string {
  let isIts = false;
  return answer
    .split('\n')
    .filter((line) => {
      const [, named] = head.exec(line) ?? [];
      if (named === undefined) return !isIts;
      isIts = named === id;
      return true;
    })
    .join('\n');
}
