import { isMagusError, MagusError } from '../errors/magus-error.ts';
import type { DeploymentState } from './deployment-state.ts';
import type { ModelServer } from './model-server.ts';

export interface LoadPorts {
  readonly serverOf: (state: DeploymentState) => Promise<ModelServer>;
  /** Deployments that give way to this one on the same server: those of the secondary group to those of the primary. */
  readonly givingWay: (state: DeploymentState) => readonly DeploymentState[];
}

/** A server that loads on behind a request that nobody waits for any more is told so, and has so long to hear it. */
const giveUpMs = 2000;

/** Loads a model. Where it does not go in, what is less important on the same server is unloaded and it is tried again. */
export async function loadModel(
  ports: LoadPorts,
  state: DeploymentState,
  onProgress: (words: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const server = await ports.serverOf(state);
  if (!server.load) throw loadsByItself(state);
  const { model, context, keepAlive } = state.address.deployment;
  const options = { contextTokens: context, keepAlive };
  try {
    await server.load(model, options, onProgress, signal);
  } catch (thrown) {
    if (signal.aborted) await server.unload?.(model, AbortSignal.timeout(giveUpMs)).catch(() => undefined);
    const others = ports.givingWay(state);
    if (signal.aborted || others.length === 0 || !server.unload || isFinal(thrown)) throw thrown;
    for (const other of others) {
      const name = other.address.deployment.model;
      onProgress(`Unloading ${name} to make room`);
      await server.unload(name, signal);
    }
    await server.load(model, options, onProgress, signal);
  }
}

/** After the server has unloaded it by itself. Where a server also loads by itself, it only has to be asked again. */
export async function reloadModel(ports: LoadPorts, state: DeploymentState, signal: AbortSignal): Promise<void> {
  await loadModel(ports, state, () => undefined, signal).catch((thrown: unknown) => {
    if (!isMagusError(thrown) || thrown.code !== 'LOADS_BY_ITSELF') throw thrown;
  });
}

export async function unloadModel(ports: LoadPorts, state: DeploymentState, signal: AbortSignal): Promise<void> {
  const server = await ports.serverOf(state);
  if (!server.unload) throw loadsByItself(state);
  await server.unload(state.address.deployment.model, signal);
}

/** More room would not help. */
function isFinal(thrown: unknown): boolean {
  return isMagusError(thrown) && ['NETWORK', 'AUTH', 'MODEL_NOT_FOUND', 'MISCONFIGURED'].includes(thrown.code ?? '');
}

function loadsByItself({ address }: DeploymentState): MagusError {
  return new MagusError(
    'user-input',
    `${address.id}: models of the kind ${address.kind} are not loaded by hand; the server sees to that itself.`,
    { code: 'LOADS_BY_ITSELF' },
  );
}
