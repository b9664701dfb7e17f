import type { Hash } from '../ports.ts';
import type { Bound, DeployPlan } from './deployment.ts';

/** Of everything in the plan, as it is kept. */
export function digestOf(hash: Hash, plan: DeployPlan): string {
  return hash.sha256(sortedJson(plan));
}

/** Which of two are not the same, in words; empty: nothing has changed. */
export function changesSince(then: Bound, now: Bound): readonly string[] {
  return [
    ...differing(then.files, now.files).map((name) => `the file ${name}`),
    ...differing(then.environment, now.environment).map((name) => `the variable ${name}`),
    ...differing(then.identity, now.identity).map(
      (name) => `the target's ${name} (${brief(then.identity[name])} → ${brief(now.identity[name])})`,
    ),
  ];
}

/** Variables by name, as hashes: their values may be secret. What changes by itself from one terminal to the next is left out. */
export function boundEnvironment(
  hash: Hash,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(environment).filter(([name, value]) => value !== undefined && !passing.test(name));
  return Object.fromEntries(kept.map(([name, value = '']) => [name, hash.sha256(value).slice(0, 16)]));
}

const passing =
  /^(?:_|PWD|OLDPWD|SHLVL|TERM|TERM_.*|COLORTERM|COLUMNS|LINES|WINDOWID|DISPLAY|WAYLAND_DISPLAY|.*_SESSION.*|DBUS_.*|SSH_(?:CLIENT|CONNECTION|TTY)|INVOCATION_ID|JOURNAL_STREAM|npm_.*|INIT_CWD|MOCHA_.*|.*_PID|TMPDIR)$/i;

function differing(then: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): readonly string[] {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])].sort().filter((name) => then[name] !== now[name]);
}

function brief(value: string | undefined): string {
  return value === undefined || value === '' ? 'nothing' : value.replace(/\s+/g, ' ').slice(0, 120);
}

/** The same for equal values, whatever the order of their keys. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
