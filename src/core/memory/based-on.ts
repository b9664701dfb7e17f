import type { Plan } from '../../protocol/plan.ts';
import type { MemoryHit } from '../../protocol/task-event.ts';
import { tellingWords } from './words.ts';

/** The remembered workflow that a plan takes up, with its record in words. */
export interface BasedOn {
  readonly id: string;
  readonly record: string;
}

const leastShared = 0.5;

/** The recalled workflow most of whose step titles come back in the plan; undefined: the plan is new. */
export function basedOn(plan: Plan, hits: readonly MemoryHit[]): BasedOn | undefined {
  const proposed = new Set(plan.steps.flatMap(({ title }) => tellingWords(title)));
  const hit = hits.find(({ kind, text }) => {
    const known = titlesOf(text).flatMap((title) => tellingWords(title.replaceAll('<file>', '')));
    return kind === 'workflow' && known.length > 0 && shareOf(known, proposed) >= leastShared;
  });
  const record = /worked \d+ of \d+ times(?:, last on [\d-]+)?/.exec(hit?.why ?? '')?.[0];
  return hit && record !== undefined ? { id: hit.id, record } : undefined;
}

/** As `workflowText` writes them. */
function titlesOf(text: string): readonly string[] {
  return [...text.matchAll(/^\d+\. (.*?)(?: \(check: .*\))?$/gm)].map(([, title = '']) => title);
}

function shareOf(words: readonly string[], others: ReadonlySet<string>): number {
  return words.filter((word) => others.has(word)).length / words.length;
}
