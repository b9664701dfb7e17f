import type { Decision, Effect } from '../../protocol/effects.ts';
import { type PolicyRule, policyRulesSchema } from '../../protocol/policy-rules.ts';
import { MagusError } from '../errors/magus-error.ts';
import { parseInWords } from '../errors/parse-in-words.ts';
import { parseJson } from '../parse-json.ts';
import { wrappers } from './command-danger.ts';
import { hostIsListed } from './host-list.ts';

/** Rules as JSON text or as a setting's value. Throws `configuration` naming what is wrong and where. */
export function parseRules(given: unknown, where: string): readonly PolicyRule[] {
  const value = typeof given === 'string' ? parseJson(given) : given;
  const parsed = parseInWords(policyRulesSchema, value, where);
  if (parsed.ok) return parsed.value;
  throw new MagusError(
    'configuration',
    `The rules in ${where} are wrong:\n${parsed.faults.join('\n')}\nMend them; until then nothing is decided.`,
    { code: 'BAD_RULES' },
  );
}

/**
 * What the user's own rules make of one effect, the strictest of those that fit; undefined where none says anything. A denial
 * stays a denial and what always asks keeps asking, whatever the rules say.
 */
export function userRuleFor(
  effect: Effect,
  builtIn: Decision,
  rules: readonly PolicyRule[],
  effectHash: string,
): Decision | undefined {
  if (builtIn.decision === 'deny') return undefined;
  const fitting = rules.filter((rule) => fits(rule, effect, effectHash));
  const strict = fitting.find(({ decide }) => decide === 'deny') ?? fitting.find(({ decide }) => decide === 'ask');
  if (strict !== undefined) return verdict(strict);
  if (builtIn.always || builtIn.decision === 'allow') return undefined;
  const loose = fitting.find(({ command }) => command === undefined) ?? allowingCommands(effect, fitting);
  return loose === undefined ? undefined : verdict(loose);
}

/** A run is allowed where each command that does more than read is, and nothing is done beside them; answers one of the rules. */
function allowingCommands(
  { verb, commands = [], beside }: Effect,
  fitting: readonly PolicyRule[],
): PolicyRule | undefined {
  const acting = commands.filter(({ readsOnly }) => !readsOnly);
  if (verb !== 'run' || beside !== undefined || acting.length === 0) return undefined;
  return acting.every(({ words }) => fitting.some((rule) => begins(words, rule))) ? fitting[0] : undefined;
}

function verdict(rule: PolicyRule): Decision {
  const what = rule.command ?? rule.path ?? rule.host ?? 'exactly this';
  return {
    decision: rule.decide,
    rule: `user-rule: ${rule.decide} ${what}`,
    reason: `Your rule says ${rule.decide} for ${what}.`,
    always: rule.decide === 'ask',
  };
}

function fits(rule: PolicyRule, effect: Effect, effectHash: string): boolean {
  if (rule.content !== undefined) return false;
  if (rule.effect !== undefined) return rule.effect === effectHash;
  if (rule.host !== undefined) {
    const host = effect.verb === 'connect' ? URL.parse(effect.object)?.hostname : undefined;
    return host !== undefined && hostIsListed(host, [rule.host]);
  }
  if (rule.path !== undefined)
    return ['read', 'write', 'delete'].includes(effect.verb) && pathFits(rule.path, effect.object);
  return effect.verb === 'run' && (effect.commands ?? []).some(({ words }) => beginsOrHolds(words, rule));
}

/** A wrapper (`env A=1 git stash`) does not hide a command from a rule that is strict; a loose one speaks of first words alone. */
function beginsOrHolds(words: readonly string[], rule: PolicyRule): boolean {
  if (begins(words, rule)) return true;
  if (rule.decide === 'allow' || !wrappers.has(words[0] ?? '')) return false;
  return words.some((_, index) => begins(words.slice(index), rule));
}

/** Word by word: "npm test" fits "npm test -- unit", never "npm testing". */
function begins(words: readonly string[], { command = '' }: PolicyRule): boolean {
  return command
    .trim()
    .split(/\s+/)
    .every((word, index) => words[index] === word);
}

/** `*` stands for a part of a name, `**` for any part of a path; a folder stands for all that is in it. */
function pathFits(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replace(/\*\*|\*|\?/g, (sign) => (sign === '**' ? '.*' : sign === '*' ? '[^/]*' : '[^/]'));
  return new RegExp(`^${source}(?:/.*)?$`, 's').test(path);
}
