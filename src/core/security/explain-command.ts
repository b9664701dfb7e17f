import { type Decision, type Effect, riskyFirst } from '../../protocol/effects.ts';
import type { Ports } from '../ports.ts';
import type { Tool } from '../tools/tool.ts';
import { hashOfEffects } from './authorize.ts';
import { decide } from './decide.ts';
import { noTaint } from './policy.ts';

export interface Explanation extends Decision {
  readonly effects: readonly Effect[];
  /** Of the effects, as a rule of the user can name it. */
  readonly hash: string;
}

/** What would be decided about a call in a trusted workspace, before anything untrusted was read; nothing runs. */
export async function explainCall(
  ports: Ports,
  tool: Tool,
  input: unknown,
  roots: readonly string[],
): Promise<Explanation> {
  const scope = { taskId: 'none', callId: 'none', roots, seen: new Map(), changes: () => [], record: async () => {} };
  const effects = await tool.effects(ports, scope, input);
  const hash = hashOfEffects(ports.hash, effects);
  return { ...decide(effects, noTaint, { ...ports.policy(), trusted: true }, hash), effects, hash };
}

/** An explanation as lines for a person: the decision first, then each effect, the risky ones before the others. */
export function explanationLines({ decision, rule, reason, always, effects, hash }: Explanation): readonly string[] {
  const words = { allow: 'It would run without a question', ask: 'You would be asked', deny: 'It would be refused' };
  return [
    `${words[decision]}${always ? ', in every mode' : ''} (${rule}): ${reason}`,
    ...riskyFirst(effects).map(effectLine),
    `This exact effect: ${hash}`,
  ];
}

function effectLine({ verb, object, zone, protects, readsOnly, confined, beside, unseen }: Effect): string {
  const marks = [
    zone === 'outside' ? 'outside the workspace' : undefined,
    protects,
    beside === undefined ? undefined : `beside its commands: ${beside}`,
    unseen,
    readsOnly ? 'only reads' : undefined,
    confined ? 'in the sandbox' : undefined,
  ];
  const shown = marks.filter((mark) => mark !== undefined).join('; ');
  return `${verb} ${object}${shown === '' ? '' : ` (${shown})`}`;
}
