import { saidText } from '../../protocol/hidden-text.ts';
import type { MemoryAdvice } from '../../protocol/task-event.ts';
import type { TrialFound } from './memory-ports.ts';

const mostTold = 3;
/** Shorter runs are nothing to be warned of. */
const longMs = 60_000;

/** Failures and, where any is known, what cured them; undefined when nothing is known that helps. A success alone helps nobody. */
export function pastFailures(trials: readonly TrialFound[]): MemoryAdvice | undefined {
  const failures = trials.filter(({ ok }) => !ok);
  const cured = failures.filter(({ cure }) => cure !== '');
  const told = distinct(cured.length > 0 ? cured : failures).slice(0, mostTold);
  return advice(
    told,
    told.map((trial) => `On ${day(trial)} \`${trial.action}\` failed here with: ${trial.failure}\n${cureOf(trial)}`),
  );
}

/** What to know before a command runs: that it did not work the last time, or that it takes long. Trials are of this command, the newest first. */
export function beforeCommand(trials: readonly TrialFound[]): MemoryAdvice | undefined {
  const failed = lastFailures(trials);
  if (failed) return failed;
  const [last] = trials;
  return last && last.ms >= longMs ? tookLong(last) : undefined;
}

/** Beside a command that worked: that it did not do so before, where that says something. */
export function besideSuccess(trials: readonly TrialFound[]): MemoryAdvice | undefined {
  const failed = lastFailures(trials);
  const telling = trials[0]?.cure !== '' || (failed?.memories.length ?? 0) > 1;
  return telling ? failed : undefined;
}

/** Beside one that was ended because it took too long: how long it took when it worked. */
export function besideTimeout(trials: readonly TrialFound[]): MemoryAdvice | undefined {
  const worked = trials.find(({ ok, ms }) => ok && ms >= 1000);
  return worked && tookLong(worked);
}

/** In how many tasks, up to now, it failed the last time it was tried. */
function lastFailures(trials: readonly TrialFound[]): MemoryAdvice | undefined {
  const lastOfTask = new Map<string, TrialFound>();
  for (const trial of trials) if (!lastOfTask.has(trial.memoryId)) lastOfTask.set(trial.memoryId, trial);
  const tasks = [...lastOfTask.values()];
  const worked = tasks.findIndex(({ ok }) => ok);
  const failed = worked < 0 ? tasks : tasks.slice(0, worked);
  const [last] = failed;
  if (!last) return undefined;
  const often = failed.length === 1 ? 'the last time' : `the last ${failed.length} times`;
  return advice(failed, [`It failed here ${often}, on ${day(last)} with: ${last.failure}\n${cureOf(last)}`]);
}

function tookLong(trial: TrialFound): MemoryAdvice | undefined {
  const seconds = Math.round(trial.ms / 1000);
  const time = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return advice([trial], [`It took ${time} here on ${day(trial)}.`]);
}

function cureOf({ cure }: TrialFound): string {
  return cure === '' ? 'Nothing is known that helped then.' : `What worked then: ${cure}`;
}

function day({ at }: TrialFound): string {
  return at.slice(0, 10);
}

function distinct(trials: readonly TrialFound[]): readonly TrialFound[] {
  return [...new Map(trials.map((trial) => [`${trial.failure}\n${trial.cure}`, trial])).values()];
}

function advice(from: readonly TrialFound[], lines: readonly string[]): MemoryAdvice | undefined {
  if (lines.length === 0) return undefined;
  return { text: saidText(lines.join('\n')), memories: [...new Set(from.map(({ memoryId }) => memoryId))] };
}
