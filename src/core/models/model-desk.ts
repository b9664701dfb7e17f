import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import type {
  DeploymentPicture,
  EndpointPicture,
  GroupPicture,
  ServedModelPicture,
} from '../../protocol/model-picture.ts';
import { MagusError, toMagusError } from '../errors/magus-error.ts';
import type { Groups, Member } from './candidates.ts';
import { groupFor } from './candidates.ts';
import {
  contextOf,
  type DeploymentState,
  endCoolDown,
  freshState,
  isBusy,
  isLocal,
  kindOf,
  priceOf,
} from './deployment-state.ts';
import { type LoadPorts, loadModel, unloadModel } from './load-model.ts';
import type { ModelServer } from './model-server.ts';
import { sameModel } from './same-model.ts';
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
  // What a server holds besides what is configured can be moved as well.
  const findServed = (id: string): DeploymentState => {
    const known = members.find(({ state }) => sameModel(state.address.id, id));
    if (known) return known.state;
    const endpointName = Object.keys(configuration.endpoints).find((name) => id.startsWith(`${name}/`));
    if (endpointName === undefined) return find(id);
    const address = addressAt(configuration, endpointName, id.slice(endpointName.length + 1));
    return freshState(address, configuration.perDeployment);
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
        Object.keys(configuration.endpoints).map(async (name) => {
          const picture = await endpointPicture(configuration, ports, name, signal);
          return { ...picture, models: picture.models.map((model) => withLastUse(model, members)) };
        }),
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
    load: async (id, onProgress, signal) => loadModel(ports, findServed(id), onProgress, signal),
    unload: async (id, signal) => unloadModel(ports, findServed(id), signal),
  };
}

async function endpointPicture(
  configuration: ModelConfiguration,
  ports: DeskPorts,
  endpointName: string,
  signal: AbortSignal,
): Promise<EndpointPicture> {
  const address = addressAt(configuration, endpointName, '');
  const { endpoint } = address;
  const { baseURL } = endpoint;
  const known = { name: endpointName, kind: endpoint.kind, ...(baseURL === undefined ? {} : { baseURL }) };
  try {
    const server = await ports.serverAt(address);
    const [listed, recognised] = await Promise.all([server.list(signal), server.recognise?.(signal)]);
    // A proxy tells more by its own routes.
    const served =
      recognised === 'litellm' ? await (await ports.serverAt({ ...address, kind: recognised })).list(signal) : listed;
    const models = served.map((model) => ({ ...model, id: `${endpointName}/${model.name}` }));
    return { ...known, ...(recognised === undefined ? {} : { recognised }), models, loads: server.load !== undefined };
  } catch (thrown) {
    return { ...known, models: [], loads: false, fault: toMagusError(thrown).message };
  }
}

function addressAt(configuration: ModelConfiguration, endpointName: string, model: string): DeploymentAddress {
  const endpoint = configuration.endpoints[endpointName] ?? { kind: 'openai' };
  return {
    id: model === '' ? endpointName : `${endpointName}/${model}`,
    kind: endpoint.kind,
    endpointName,
    endpoint,
    deployment: { endpoint: endpointName, model },
    timeouts: configuration.timeouts,
  };
}

function withLastUse(model: ServedModelPicture, members: readonly Member[]): ServedModelPicture {
  const { state } = members.find(({ state: { address } }) => sameModel(address.id, model.id)) ?? {};
  return state?.lastUsedAt === undefined ? model : { ...model, lastUsedAt: state.lastUsedAt };
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
    kind: kindOf(state),
    loads: isLocal(state),
    order,
    weight,
    state: !cooling ? (isBusy(state) ? 'busy' : 'ready') : coolUntil === Number.POSITIVE_INFINITY ? 'off' : 'cooling',
    ...(cooling && coolReason ? { reason: coolReason.message } : {}),
    ...(cooling && coolUntil !== Number.POSITIVE_INFINITY ? { coolMs: coolUntil - now } : {}),
    contextTokens: contextOf(state),
    ...(price ? { price: { input: price.input, output: price.output } } : {}),
    ...(firstTextMs === undefined ? {} : { firstTextMs }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(state.lastUsedAt === undefined ? {} : { lastUsedAt: state.lastUsedAt }),
    answers,
    failures,
    ...(state.inputTokens > 0 ? { cachedShare: state.cachedTokens / state.inputTokens } : {}),
  };
}
