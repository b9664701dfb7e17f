import type { FailedAttempt } from '../../protocol/task-event.ts';
import type { MagusError } from '../errors/magus-error.ts';
import type { ModelListener, ModelRequest } from '../ports.ts';
import type { Member, Needs } from './candidates.ts';
import { type DeploymentState, isBusy, kindOf, waitOf } from './deployment-state.ts';
import { faultTable } from './fault-table.ts';
import type { Fault } from './faults.ts';

/** Waiting that one answer is worth, all its waits together. */
const mostWaitMs = 60_000;
const backoffMs = [300, 1000] as const;

export interface Failure {
  readonly member: Member;
  readonly fault: Fault;
  readonly error: MagusError;
  /** The same deployment would only fail again. */
  readonly final: boolean;
}

/** One answer on its way: what was asked, who may answer, what was tried. */
export interface ModelCall {
  readonly request: ModelRequest;
  readonly needs: Needs;
  readonly listener: ModelListener;
  /** Best first. */
  members: readonly Member[];
  readonly failures: Failure[];
  readonly attempts: FailedAttempt[];
  /** Deployments that would cost more than is left. */
  readonly tooDear: Map<DeploymentState, MagusError>;
  /** Text that was shown already. */
  partial: string;
  waitedMs: number;
}

export type Choice =
  | { readonly type: 'ask'; readonly member: Member; readonly waitMs: number }
  /** Everybody who may be asked has as many requests as they may have. */
  | { readonly type: 'busy' };

/** Who is asked next, and after how long; undefined: nobody is left. */
export function chooseNext(call: ModelCall, now: number): Choice | undefined {
  const last = call.failures.at(-1);
  if (last && faultTable[last.fault].sameFirst && mayTryAgain(call, last.member)) return ask(last.member, 0);
  if (last && faultTable[last.fault].elsewhere === 'nowhere') return undefined;
  const fresh = call.members.filter(({ state }) => !call.tooDear.has(state) && failuresOf(call, state) === 0);
  const waits = fresh.map((member) => ({ member, waitMs: waitOf(member.state, call.needs.tokens, now) }));
  const ready = waits.filter(({ waitMs }) => waitMs === 0);
  const free = ready.find(({ member }) => !isBusy(member.state));
  if (free) return ask(free.member, 0);
  if (ready.length > 0) return { type: 'busy' };
  const again = call.members
    .filter((member) => mayTryAgain(call, member))
    .map((member) => ({ member, waitMs: waitToTryAgain(call, member, now) }));
  const soonest = [...waits, ...again].reduce<(typeof waits)[number] | undefined>(
    (best, next) => (best === undefined || next.waitMs < best.waitMs ? next : best),
    undefined,
  );
  if (!soonest || call.waitedMs + soonest.waitMs > mostWaitMs) return undefined;
  return ask(soonest.member, soonest.waitMs);
}

function ask(member: Member, waitMs: number): Choice {
  return { type: 'ask', member, waitMs };
}

function failuresOf(call: ModelCall, state: DeploymentState): number {
  return call.failures.filter(({ member }) => member.state === state).length;
}

function mayTryAgain(call: ModelCall, { state }: Member): boolean {
  if (call.tooDear.has(state)) return false;
  const last = call.failures.findLast(({ member }) => member.state === state);
  if (!last || last.final) return false;
  // A proxy in front of its own models has tried already.
  const most = kindOf(state) === 'litellm' && last.fault !== 'rate' ? 1 : Number.POSITIVE_INFINITY;
  return failuresOf(call, state) <= Math.min(most, faultTable[last.fault].again);
}

function waitToTryAgain(call: ModelCall, { state }: Member, now: number): number {
  const last = call.failures.findLast(({ member }) => member.state === state);
  if (last?.fault === 'rate') return Math.max(1, state.coolUntil - now);
  return backoffMs[failuresOf(call, state) - 1] ?? 1000;
}
