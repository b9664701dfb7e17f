import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { ChatModel, Clock, ModelListener, ModelReply, ModelRequest } from '../ports.ts';
import { attempt } from './attempt.ts';
import { createBudget, type SpendingLedger } from './budget.ts';
import { contextGroups, fits, type Groups, groupsFor, type Member, needsOf, rank } from './candidates.ts';
import { contextOf, type DeploymentState, freshState, waitOf } from './deployment-state.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { faultTable } from './fault-table.ts';
import { faultError } from './faults.ts';
import { chooseNext, type ModelCall } from './model-call.ts';
import { exhausted } from './trail.ts';
import type { DeploymentAddress, ModelTransport } from './transport.ts';

export interface RouterPorts {
  readonly clock: Clock;
  readonly ledger: SpendingLedger;
  readonly open: (address: DeploymentAddress) => Promise<ModelTransport>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly randomId: () => string;
}

export interface ModelRouter extends ChatModel {
  readonly groups: Groups;
}

/** How long an endpoint may take to say what a model can do, before the first request goes out without knowing. */
const factsMs = 1000;
/** Sessions whose last deployment is remembered. */
const mostSessions = 200;

/** The models as configured, as one: who is asked, and what happens when that fails. */
export function createRouter(configuration: ModelConfiguration, ports: RouterPorts): ModelRouter {
  const groups = buildGroups(configuration);
  const states = new Set([...groups.values()].flat().map(({ state }) => state));
  const transports = new Map<DeploymentState, Promise<ModelTransport>>();
  const transportOf = (state: DeploymentState): Promise<ModelTransport> => {
    const known = transports.get(state) ?? openTransport(ports, state);
    transports.set(state, known);
    // What could not be opened may be there the next time.
    known.catch(() => transports.delete(state));
    return known;
  };
  const { clock, ledger, randomId } = ports;
  const budget = createBudget({ ...configuration.budget, states: () => states, ledger, now: clock.now, randomId });
  const lastOf = new Map<string, DeploymentState>();
  const released = createGate();
  const complete = async (request: ModelRequest, listener: ModelListener, signal: AbortSignal): Promise<ModelReply> => {
    const session = `${request.session ?? ''}:${request.purpose}`;
    const call = beginCall(configuration, groups, { request, listener, last: lastOf.get(session) }, ports.random);
    for (;;) {
      signal.throwIfAborted();
      const choice = chooseNext(call, clock.now());
      if (!choice) throw [...call.tooDear.values()][0] ?? exhausted(call, clock.now());
      if (choice.type === 'busy') {
        await released.next(signal);
        continue;
      }
      if (choice.waitMs > 0) await clock.sleep(choice.waitMs, signal);
      call.waitedMs += choice.waitMs;
      const reply = await attempt({ clock, budget, transportOf }, call, choice, signal).finally(released.open);
      if (reply) {
        remember(lastOf, session, choice.member.state);
        return reply;
      }
      afterFailure(call, configuration, groups, clock.now());
    }
  };
  return {
    groups,
    get contextTokens() {
      return contextFor(configuration, groups, clock.now());
    },
    complete,
  };
}

function buildGroups(configuration: ModelConfiguration): Groups {
  const states = new Map<string, DeploymentState>();
  const members = Object.entries(configuration.groups).map(([group, deployments]) => {
    const built = deployments.map((deployment): Member => {
      const { endpoint: endpointName, model, order = 1, weight = 1, limits } = deployment;
      const endpoint = configuration.endpoints[endpointName];
      if (!endpoint) throw new MagusError('internal', `The endpoint ${endpointName} is not configured.`);
      const id = `${endpointName}/${model}`;
      const { timeouts, perDeployment } = configuration;
      const state =
        states.get(id) ??
        freshState(
          { id, kind: endpoint.kind, endpointName, endpoint, deployment, timeouts },
          {
            parallel: limits?.parallel ?? perDeployment.parallel,
            rpm: limits?.rpm ?? perDeployment.rpm,
            tpm: limits?.tpm ?? perDeployment.tpm,
          },
        );
      states.set(id, state);
      return { group, state, order, weight };
    });
    return [group, built] as const;
  });
  return new Map(members);
}

async function openTransport(ports: RouterPorts, state: DeploymentState): Promise<ModelTransport> {
  const transport = await ports.open(state.address);
  if (transport.facts) state.facts = await transport.facts(AbortSignal.timeout(factsMs));
  return transport;
}

interface Asked {
  readonly request: ModelRequest;
  readonly listener: ModelListener;
  readonly last: DeploymentState | undefined;
}

function beginCall(configuration: ModelConfiguration, groups: Groups, asked: Asked, random: () => number): ModelCall {
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
function afterFailure(call: ModelCall, configuration: ModelConfiguration, groups: Groups, now: number): void {
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

/** Room of the deployment that would be asked now, in tokens as the estimate counts them. */
function contextFor(configuration: ModelConfiguration, groups: Groups, now: number): number {
  const rooms = (['plan', 'act'] as const).map((purpose) => {
    const members = groupsFor(configuration, purpose).flatMap((name) =>
      [...(groups.get(name) ?? [])].sort((a, b) => a.order - b.order),
    );
    const able = members.find(({ state }) => waitOf(state, 0, now) === 0) ?? members[0];
    return able ? contextOf(able.state) / Math.max(1, able.state.correction) : 0;
  });
  return Math.floor(Math.min(...rooms));
}

/** Tokens of a request before any model's correction. */
function tokensOf(request: ModelRequest): number {
  let tokens = estimateTokens(JSON.stringify(request.tools));
  for (const message of request.messages) {
    tokens += 4 + estimateTokens(message.content);
    if (message.role === 'assistant')
      for (const call of message.calls) tokens += 8 + estimateTokens(call.name) + estimateTokens(call.arguments);
  }
  return tokens;
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

function remember(lastOf: Map<string, DeploymentState>, session: string, state: DeploymentState): void {
  lastOf.delete(session);
  lastOf.set(session, state);
  const oldest = lastOf.keys().next().value;
  if (lastOf.size > mostSessions && oldest !== undefined) lastOf.delete(oldest);
}

/** Lets everybody through who waits, each time it opens. */
function createGate(): { next(signal: AbortSignal): Promise<void>; open(): void } {
  let waiting = Promise.withResolvers<void>();
  return {
    next: async (signal) => {
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const stop = (): void => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      try {
        await Promise.race([waiting.promise, aborted]);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    open: () => {
      const former = waiting;
      waiting = Promise.withResolvers<void>();
      former.resolve();
    },
  };
}
