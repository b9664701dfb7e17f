import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import type { MagusError } from '../errors/magus-error.ts';
import type { ModelListener, ModelRequest } from '../ports.ts';
import { contextGroups, fits, type Groups, groupsFor, type Member, needsOf, rank } from './candidates.ts';
import { contextOf, type DeploymentState } from './deployment-state.ts';
import { faultTable } from './fault-table.ts';
import { faultError } from './faults.ts';
import type { ModelCall } from './model-call.ts';
import { tokensOf } from './request-tokens.ts';
import { exhausted } from './trail.ts';

export interface Asked {
  readonly request: ModelRequest;
  readonly listener: ModelListener;
  readonly last: DeploymentState | undefined;
}

/** A request and who may answer it. Throws CONTEXT_TOO_LONG when it fits nowhere. */
export function beginCall(
  configuration: ModelConfiguration,
  groups: Groups,
  asked: Asked,
  random: () => number,
): ModelCall {
  const { request, listener, last } = asked;
  const needs = needsOf(request, tokensOf(request), last);
  const names = groupsFor(configuration, request.purpose);
  const all = rank(groups, names, needs, random);
  const roomy = all.filter(({ state }) => fits(state, needs));
  const larger = (): readonly Member[] =>
    rank(groups, contextGroups(configuration, names), needs, random).filter(({ state }) => fits(state, needs));
  const members = roomy.length > 0 ? roomy : larger();
  if (members.length === 0 && all.length > 0) throw fitsNowhere(all);
  return {
    request,
    listener,
    needs,
    members,
    failures: [],
    attempts: [],
    tooDear: new Map(),
    partial: '',
    waitedMs: 0,
  };
}

/** What the last failure means for the whole call: it may end it, or narrow who is asked next. */
export function afterFailure(call: ModelCall, configuration: ModelConfiguration, groups: Groups, now: number): void {
  const last = call.failures.at(-1);
  if (!last) return;
  const rule = faultTable[last.fault];
  if (call.partial !== '' && rule.afterOutput === 'fail') throw exhausted(call, now);
  if (rule.elsewhere !== 'context-fallbacks') return;
  // The server knows better than the estimate: only what holds more can help.
  const held = contextOf(last.member.state);
  const names = contextGroups(configuration, groupsFor(configuration, call.request.purpose));
  const asked = new Set(call.failures.map(({ member }) => member.state));
  call.members = [...call.members, ...rank(groups, names, call.needs, () => 0.5)].filter(
    ({ state }, index, all) =>
      contextOf(state) > held && !asked.has(state) && all.findIndex((other) => other.state === state) === index,
  );
}

function fitsNowhere(all: readonly Member[]): MagusError {
  const widest = all.reduce((best, next) => (contextOf(next.state) > contextOf(best.state) ? next : best));
  const { endpoint, deployment } = widest.state.address;
  return faultError('context-too-long', {
    server: endpoint.baseURL ?? 'VS Code',
    model: deployment.model,
    said: `the request is longer than its ${contextOf(widest.state)} tokens`,
  });
}
