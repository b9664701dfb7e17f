import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import type { DeploymentPicture, EndpointPicture, GroupPicture } from '../../protocol/model-picture.ts';
import { MagusError, toMagusError } from '../errors/magus-error.ts';
import type { Groups, Member } from './candidates.ts';
import { groupFor } from './candidates.ts';
import { contextOf, type DeploymentState, endCoolDown, isBusy, priceOf } from './deployment-state.ts';
import { type LoadPorts, loadModel, unloadModel } from './load-model.ts';
import type { ModelServer } from './model-server.ts';
import type { DeploymentAddress, ModelTransport } from './transport.ts';

/** What people do with the configured models, beside asking them. Deployments go by their id, "endpoint/model". */
export interface ModelDesk {
  groups(): readonly GroupPicture[];
  /** Asks every endpoint what it has; one that does not answer says why. */
  endpoints(signal: AbortSignal): Promise<readonly EndpointPicture[]>;
  /** Asks a deployment for one word, whatever its state; when it answers, it is asked again from now on. Throws what the attempt throws. */
  test(id: string, signal: AbortSignal): Promise<{ readonly text: string; readonly durationMs: number }>;
  load(id: string, onProgress: (words: string) => void, signal: AbortSignal): Promise<void>;
  unload(id: string, signal: AbortSignal): Promise<void>;
}

export interface DeskPorts extends LoadPorts {
  readonly now: () => number;
  readonly serverAt: (address: DeploymentAddress) => Promise<ModelServer>;
  readonly transportOf: (state: DeploymentState) => Promise<ModelTransport>;
}

export function createDesk(configuration: ModelConfiguration, groups: Groups, ports: DeskPorts): ModelDesk {
  const members = [...groups.values()].flat();
  const find = (id: string): DeploymentState => {
    const found = members.find(({ state }) => state.address.id === id);
    if (found) return found.state;
    const ids = [...new Set(members.map(({ state }) => state.address.id))];
    throw new MagusError('user-input', `There is no deployment ${id}. There are: ${ids.join(', ')}`, {
      code: 'NO_DEPLOYMENT',
    });
  };
  return {
    groups: () =>
      [...groups].map(([name, deployments]) => ({
        name,
        roles: rolesOf(configuration, name),
        members: deployments.map((member) => pictureOf(member, ports.now())),
      })),
    endpoints: (signal) =>
      Promise.all(
        Object.keys(configuration.endpoints).map((name) => endpointPicture(configuration, ports, name, signal)),
      ),
    test: async (id, signal) => {
      const state = find(id);
      const startedAt = ports.now();
      const transport = await ports.transportOf(state);
      const messages = [{ role: 'user', content: 'Answer with the one word: ready' }] as const;
      const { text } = await transport.complete(
        { purpose: 'advise', messages, tools: [], omit: state.omit },
        () => undefined,
        signal,
      );
      endCoolDown(state);
      return { text, durationMs: ports.now() - startedAt };
    },
    load: (id, onProgress, signal) => loadModel(ports, find(id), onProgress, signal),
    unload: (id, signal) => unloadModel(ports, find(id), signal),
  };
}

async function endpointPicture(
  configuration: ModelConfiguration,
  ports: DeskPorts,
  endpointName: string,
  signal: AbortSignal,
): Promise<EndpointPicture> {
  const { timeouts, endpoints } = configuration;
  const endpoint = endpoints[endpointName] ?? { kind: 'openai' };
  const deployment = { endpoint: endpointName, model: '' };
  const address = { id: endpointName, kind: endpoint.kind, endpointName, endpoint, deployment, timeouts };
  const { baseURL } = endpoint;
  const known = { name: endpointName, kind: endpoint.kind, ...(baseURL === undefined ? {} : { baseURL }) };
  try {
    const server = await ports.serverAt(address);
    const models = await server.list(signal);
    return { ...known, models, loads: server.load !== undefined };
  } catch (thrown) {
    return { ...known, models: [], loads: false, fault: toMagusError(thrown).message };
  }
}

function rolesOf(configuration: ModelConfiguration, group: string): readonly string[] {
  const { primary, secondary, tasks = {}, fallbacks = {}, contextFallbacks = {} } = configuration.routing;
  return [
    ...(group === primary ? ['primary'] : []),
    ...(group === secondary ? ['secondary'] : []),
    ...Object.keys(tasks).filter((purpose) => groupFor(configuration, purpose as keyof typeof tasks) === group),
    ...Object.entries(fallbacks).flatMap(([from, to]) => (to.includes(group) ? [`fallback of ${from}`] : [])),
    ...Object.entries(contextFallbacks).flatMap(([from, to]) =>
      to.includes(group) ? [`for what is too long for ${from}`] : [],
    ),
  ];
}

function pictureOf({ state, order, weight }: Member, now: number): DeploymentPicture {
  const { address, coolUntil, coolReason, firstTextMs, durationMs, answers, failures } = state;
  const cooling = coolUntil > now;
  const price = priceOf(state);
  return {
    id: address.id,
    kind: address.kind,
    order,
    weight,
    state: !cooling ? (isBusy(state) ? 'busy' : 'ready') : coolUntil === Number.POSITIVE_INFINITY ? 'off' : 'cooling',
    ...(cooling && coolReason ? { reason: coolReason.message } : {}),
    ...(cooling && coolUntil !== Number.POSITIVE_INFINITY ? { coolMs: coolUntil - now } : {}),
    contextTokens: contextOf(state),
    ...(price ? { price: { input: price.input, output: price.output } } : {}),
    ...(firstTextMs === undefined ? {} : { firstTextMs }),
    ...(durationMs === undefined ? {} : { durationMs }),
    answers,
    failures,
    ...(state.inputTokens > 0 ? { cachedShare: state.cachedTokens / state.inputTokens } : {}),
  };
}
