import type { Workflow } from '../../protocol/memory.ts';

export function successWords({ successes, runs }: Pick<Workflow, 'successes' | 'runs'>): string {
  return `worked ${successes} of ${runs} ${runs === 1 ? 'time' : 'times'}`;
}

type Outcome = Workflow['outcomes'][number];

/** What a use takes, as the mean of these; '' without any. */
export function costWords(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return '';
  const mean = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
  const usd = mean((outcome) => outcome.usd);
  return [
    `${Math.round(mean(({ turns }) => turns))} turns`,
    tokenWords(mean(({ tokens }) => tokens)),
    usd > 0 ? `$${usd.toFixed(usd < 0.1 ? 3 : 2)}` : '',
    timeWords(mean(({ ms }) => ms)),
  ]
    .filter((words) => words !== '')
    .join(', ');
}

export function tokenWords(tokens: number): string {
  return tokens < 1000 ? `${Math.round(tokens)} tokens` : `${(tokens / 1000).toFixed(tokens < 10_000 ? 1 : 0)}k tokens`;
}

export function timeWords(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.round(ms / 1000))} s`;
  return `${Math.round(ms / 60_000)} min`;
}
