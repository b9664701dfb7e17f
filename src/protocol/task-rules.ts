import type { Effect } from './effects.ts';
import type { PolicyRule } from './policy-rules.ts';

/**
 * What "allow for this task" means for these effects: commands that begin with the same program and first word, and the same
 * files. undefined where that cannot be said in words that a person would read the same way.
 */
export function rulesForTask(effects: readonly Effect[]): readonly PolicyRule[] | undefined {
  const rules: PolicyRule[] = [];
  for (const { verb, object, commands, beside } of effects) {
    if (verb === 'read') continue;
    if (verb === 'write' || verb === 'delete') rules.push({ decide: 'allow', path: object.replace(/[*?]/g, '?') });
    else if (verb === 'run' && commands !== undefined && beside === undefined) {
      const acting = commands.filter(({ readsOnly }) => !readsOnly).map(({ words }) => firstWords(words));
      for (const command of acting) {
        if (command === undefined) return undefined;
        rules.push({ decide: 'allow', command });
      }
    } else return undefined;
  }
  return rules.length === 0 ? undefined : rules;
}

/**
 * What "always allow exactly this" means: the same commands, of which every word and the scripts they run are part of the hash.
 * undefined where something always asks, where others may run unseen, or where more than commands is asked for: a file would be
 * allowed whatever goes into it.
 */
export function ruleForever(effects: readonly Effect[], always: boolean, hash: string): PolicyRule | undefined {
  const runs = effects.filter(({ verb }) => verb === 'run');
  if (effects.some(({ unseen }) => unseen !== undefined)) return undefined;
  if (always || runs.length === 0 || effects.some(({ verb }) => verb !== 'run' && verb !== 'read')) return undefined;
  const note = runs.map(({ object }) => object).join('; ');
  return { decide: 'allow', effect: hash, note: note.length > 1000 ? `${note.slice(0, 999)}…` : note };
}

function firstWords([program = '', first = '']: readonly string[]): string | undefined {
  return /^[\w./+-]+$/.test(program) && /^[\w./:@+][\w./:@+-]*$/.test(first) ? `${program} ${first}` : undefined;
}
