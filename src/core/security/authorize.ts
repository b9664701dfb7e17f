import type { Decision, Effect } from '../../protocol/effects.ts';
import type { PolicyRule } from '../../protocol/policy-rules.ts';
import { rulesForTask } from '../../protocol/task-rules.ts';
import type { ApprovalMode } from '../../protocol/task-start.ts';
import type { Ports } from '../ports.ts';
import { type Authorized, sealAuthorized } from './authorized.ts';
import { decide } from './decide.ts';
import { noTaint, type Taint } from './policy.ts';
import { taintWords } from './taint.ts';

export interface AuthorizeQuestion {
  readonly taskId: string;
  readonly callId: string;
  readonly title: string;
  readonly effects: readonly Effect[];
  readonly trusted: boolean;
  readonly approve: ApprovalMode;
  /** Of the context that the call came from. */
  readonly taint?: Taint;
  /** Hashes of effects that the user allowed before. */
  readonly granted: ReadonlySet<string>;
  /** Rules that hold for the rest of the task. */
  readonly rules?: readonly PolicyRule[];
}

export interface Authorization {
  /** Present exactly when `allowed` is true. */
  readonly authorized?: Authorized;
  readonly decision: Decision;
  readonly hash: string;
  /** A person was asked just now. */
  readonly asked: boolean;
  /** undefined: nobody can be asked. */
  readonly allowed: boolean | undefined;
  readonly by: 'user' | 'rule';
  /** What the person has allowed for the rest of the task with this answer. */
  readonly rules?: readonly PolicyRule[];
}

/** The one gate between a wish and its effects: decides, asks where the policy wants that, and seals what was allowed. */
export async function authorize(
  ports: Pick<Ports, 'hash' | 'people' | 'policy'>,
  question: AuthorizeQuestion,
  signal: AbortSignal,
): Promise<Authorization> {
  // A copy, so that nothing can be slipped in while the person thinks.
  const effects = question.effects.map((effect) => Object.freeze({ ...effect }));
  const hash = hashOfEffects(ports.hash, effects);
  const settings = ports.policy();
  const rules = [...settings.rules, ...(question.rules ?? [])];
  const policy = { ...settings, rules, trusted: question.trusted };
  const decision = decide(effects, question.taint ?? noTaint, policy, hash);
  const settled = settle(question, effects, decision, hash);
  if (settled !== undefined) {
    const sealed = settled.allowed ? { authorized: sealAuthorized(effects, hash) } : {};
    return { ...sealed, decision, hash, asked: false, ...settled };
  }
  const { taskId, callId, title } = question;
  const asked = {
    ...decision,
    reason: [decision.reason, taintWords(question.taint ?? noTaint)].filter(Boolean).join(' '),
  };
  const answer = await ports.people.approve({ taskId, callId, title, effects, decision: asked, hash }, signal);
  signal.throwIfAborted();
  const allowed = answer === 'task' ? true : answer;
  const sealed = allowed ? { authorized: sealAuthorized(effects, hash) } : {};
  const inTask = answer === 'task' && !decision.always ? rulesForTask(effects) : undefined;
  return { ...sealed, decision, hash, asked: true, allowed, by: 'user', ...(inTask ? { rules: inTask } : {}) };
}

/** The answer where no person is needed; undefined where one is. */
function settle(
  question: AuthorizeQuestion,
  effects: readonly Effect[],
  decision: Decision,
  hash: string,
): { readonly allowed: boolean; readonly by: 'user' | 'rule' } | undefined {
  if (decision.decision !== 'ask') return { allowed: decision.decision === 'allow', by: 'rule' };
  // What others use is asked for each time that it is to change.
  const deploys = effects.some(({ verb }) => verb === 'deploy');
  const unseen = effects.some((effect) => effect.unseen !== undefined);
  if (question.granted.has(hash) && !deploys && !unseen) return { allowed: true, by: 'user' };
  switch (question.approve) {
    case 'deny':
      return { allowed: false, by: 'rule' };
    case 'auto':
      return decision.always ? undefined : { allowed: true, by: 'rule' };
    case 'edits':
      return decision.always || !effects.every(staysInWorkspace) ? undefined : { allowed: true, by: 'rule' };
    case 'ask':
      return undefined;
    default:
      return question.approve satisfies never;
  }
}

/** Changes files of the workspace alone, by itself or by a command that the sandbox keeps to that. */
function staysInWorkspace({ zone, verb, confined }: Effect): boolean {
  if (zone !== 'workspace') return false;
  return ['read', 'write', 'delete', 'remember'].includes(verb) || (verb === 'run' && confined === true);
}

/**
 * Changes that are asked for, bound to all that the call was given: a yes to one content is none to another content of the same
 * file.
 */
export function boundEffects(
  { sha256 }: Pick<Ports['hash'], 'sha256'>,
  effects: readonly Effect[],
  input: unknown,
): readonly Effect[] {
  const isAsked = ({ verb, zone, protects }: Effect): boolean =>
    (verb === 'write' || verb === 'delete') && (zone !== 'workspace' || protects !== undefined);
  if (!effects.some(isAsked)) return effects;
  const content = sha256(JSON.stringify(input));
  return effects.map((effect) => (isAsked(effect) ? { ...effect, content } : effect));
}

/** The same effects give the same hash, whatever the order of their keys. */
export function hashOfEffects(hash: Ports['hash'], effects: readonly Effect[]): string {
  return hash.sha256(
    JSON.stringify(effects.map((effect) => Object.entries(effect).sort(([a], [b]) => (a < b ? -1 : 1)))),
  );
}
