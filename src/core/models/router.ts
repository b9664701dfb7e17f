import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import type { ChatModel, Clock, ModelListener, ModelReply, ModelRequest } from '../ports.ts';
import { attempt } from './attempt.ts';
import { afterFailure, beginCall } from './begin-call.ts';
import { createBudget, type SpendingLedger } from './budget.ts';
import { buildGroups, contextFor, givingWay } from './build-groups.ts';
import type { DeploymentState } from './deployment-state.ts';
import { createEmbedding, type EmbeddingModel } from './embedding.ts';
import { createGate } from './gate.ts';
import { type LoadPorts, reloadModel } from './load-model.ts';
import { chooseNext } from './model-call.ts';
import { createDesk, type ModelDesk } from './model-desk.ts';
import type { ModelServer } from './model-server.ts';
import { exhausted } from './trail.ts';
import type { DeploymentAddress, ModelTransport } from './transport.ts';

export interface RouterPorts {
  readonly clock: Clock;
  readonly ledger: SpendingLedger;
  readonly open: (address: DeploymentAddress) => Promise<ModelTransport>;
  readonly openServer: (address: DeploymentAddress) => Promise<ModelServer>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly randomId: () => string;
}

export interface ModelRouter extends ChatModel {
  readonly desk: ModelDesk;
  /** undefined: the configuration names no model for it. */
  readonly embedding: EmbeddingModel | undefined;
}

/** How long an endpoint may take to say what a model can do, before the first request goes out without knowing. */
const factsMs = 1000;
/** Sessions whose last deployment is remembered. */
const mostSessions = 200;

/** The models as configured, as one: who is asked, and what happens when that fails. */
export function createRouter(configuration: ModelConfiguration, ports: RouterPorts): ModelRouter {
  const groups = buildGroups(configuration);
  const states = new Set([...groups.values()].flat().map(({ state }) => state));
  const transports = new Map<DeploymentState, Promise<Opened>>();
  const opened = (state: DeploymentState): Promise<Opened> => {
    const known = transports.get(state) ?? openTransport(ports, state);
    transports.set(state, known);
    // What could not be opened may be there the next time.
    known.catch(() => transports.delete(state));
    return known;
  };
  const transportOf = async (state: DeploymentState): Promise<ModelTransport> => {
    const { transport, told } = await opened(state);
    // What a compatible endpoint turns out to be is worth knowing, not waiting for.
    if (state.address.kind !== 'openai') await told;
    return transport;
  };
  const { clock, ledger, randomId } = ports;
  const budget = createBudget({ ...configuration.budget, states: () => states, ledger, now: clock.now, randomId });
  const loading: LoadPorts = {
    serverOf: (state) => ports.openServer(state.address),
    givingWay: (state) => givingWay(configuration, groups, state),
  };
  const load = (state: DeploymentState, signal: AbortSignal): Promise<void> => reloadModel(loading, state, signal);
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
      const reply = await attempt({ clock, budget, transportOf, load }, call, choice, signal).finally(released.open);
      if (reply) {
        remember(lastOf, session, choice.member.state);
        return reply;
      }
      afterFailure(call, configuration, groups, clock.now());
    }
  };
  return {
    desk: createDesk(configuration, groups, { now: clock.now, serverAt: ports.openServer, transportOf, ...loading }),
    embedding: createEmbedding(configuration, groups, {
      clock,
      budget,
      transportOf: async (state) => (await opened(state)).transport,
    }),
    get contextTokens() {
      return contextFor(configuration, groups, clock.now());
    },
    complete,
  };
}

interface Opened {
  readonly transport: ModelTransport;
  /** When the endpoint has said what the model can do, or the time for it is over. */
  readonly told: Promise<void>;
}

async function openTransport(ports: RouterPorts, state: DeploymentState): Promise<Opened> {
  const transport = await ports.open(state.address);
  const told = transport.facts?.(AbortSignal.timeout(factsMs)).then((facts) => {
    state.facts = facts;
  });
  return { transport, told: told ?? Promise.resolve() };
}

function remember(lastOf: Map<string, DeploymentState>, session: string, state: DeploymentState): void {
  lastOf.delete(session);
  lastOf.set(session, state);
  const oldest = lastOf.keys().next().value;
  if (lastOf.size > mostSessions && oldest !== undefined) lastOf.delete(oldest);
}
