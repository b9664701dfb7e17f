import type { MemoryRecord } from '../../protocol/memory.ts';
import { holds } from './fuse.ts';
import type { TrialFound } from './memory-ports.ts';

const mostTold = 3;

/** What happened the last times, for the model; '' when nothing is known that helps. A success alone helps nobody. */
export function wordsOfTrials(trials: readonly TrialFound[]): string {
  const failures = trials.filter(({ ok }) => !ok);
  const cured = failures.filter(({ cure }) => cure !== '');
  const told = distinct(cured.length > 0 ? cured : failures).slice(0, mostTold);
  return told
    .map(({ action, at, failure, cure }) =>
      cure === ''
        ? `On ${at.slice(0, 10)} \`${action}\` failed here too (${failure}); nothing helped then.`
        : `On ${at.slice(0, 10)} \`${action}\` failed here with: ${failure}\nWhat worked then: ${cure}`,
    )
    .join('\n');
}

function distinct(trials: readonly TrialFound[]): readonly TrialFound[] {
  return [...new Map(trials.map((trial) => [`${trial.failure}\n${trial.cure}`, trial])).values()];
}

/**
 * The user's word that forbids this action, if there is one: a fact that says "never …", from the user or pinned by the user. What
 * stands in backticks or quotes must be in the action; without them, all words that follow "never run|use|call|do|edit …".
 */
export function forbiddenBy(facts: readonly MemoryRecord[], action: string, nowMs: number): MemoryRecord | undefined {
  return facts.find(
    (fact) =>
      fact.kind === 'fact' &&
      (fact.source === 'user' || fact.pinned) &&
      holds(fact, nowMs) &&
      forbiddenPhrases(`${fact.title}\n${fact.text}`).some((phrase) => contains(action, phrase)),
  );
}

function forbiddenPhrases(text: string): readonly string[] {
  return [...text.matchAll(/\b(?:never|do not ever|don't ever)\s+([^.\n]+)/gi)].flatMap(([, rest = '']) => {
    const quoted = [...rest.matchAll(/`([^`]+)`|"([^"]+)"|'([^']+)'/g)].map(
      (found) => found[1] ?? found[2] ?? found[3] ?? '',
    );
    if (quoted.length > 0) return quoted;
    const plain = rest
      .replace(/^(?:ever\s+)?(?:run|use|call|do|execute|edit|touch|write to|delete|push)\s+/i, '')
      .trim();
    return plain === '' ? [] : [plain];
  });
}

/** The words of the phrase one after the other, as words. */
function contains(action: string, phrase: string): boolean {
  const wanted = wordsIn(phrase);
  const words = wordsIn(action);
  return (
    wanted.length > 0 && words.some((_word, start) => wanted.every((word, index) => words[start + index] === word))
  );
}

function wordsIn(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[\s;|&()]+/)
    .filter((word) => word !== '');
}
