import type { ServedModel } from '../../core/models/model-server.ts';
import type { EndpointKind } from '../../protocol/model-configuration.ts';
import { openModelServer } from './servers/open-server.ts';

/** In the order of preference. llama-swap and llama.cpp share a port: their own routes tell them apart. */
const candidates: readonly (readonly [EndpointKind, string])[] = [
  ['litellm', 'http://127.0.0.1:4000'],
  ['ollama', 'http://127.0.0.1:11434'],
  ['lmstudio', 'http://127.0.0.1:1234'],
  ['llamaswap', 'http://127.0.0.1:8080'],
  ['llamacpp', 'http://127.0.0.1:8080'],
  ['vllm', 'http://127.0.0.1:8000'],
];
const patienceMs = 500;

export interface LocalModel {
  readonly kind: EndpointKind;
  readonly baseURL: string;
  readonly model: string;
}

/** A model of a server that listens where such servers usually do: one that is loaded, else the first. Never throws. */
export async function findLocalModel(places = candidates): Promise<LocalModel | undefined> {
  const found = await Promise.all(places.map(([kind, baseURL]) => ask(kind, baseURL)));
  return found.find((model) => model !== undefined);
}

async function ask(kind: EndpointKind, baseURL: string): Promise<LocalModel | undefined> {
  const timeouts = { firstByteMs: patienceMs, idleMs: patienceMs, totalMs: patienceMs };
  const deployment = { endpoint: kind, model: '' };
  const address = { id: kind, kind, endpointName: kind, endpoint: { kind, baseURL }, deployment, timeouts };
  try {
    const anyServer = await openModelServer({ ...address, kind: 'openai' }, undefined);
    // Whatever else listens at such a port may list models as well.
    if ((await anyServer.recognise?.(AbortSignal.timeout(patienceMs))) !== kind) return undefined;
    const server = await openModelServer(address, undefined);
    const models = await server.list(AbortSignal.timeout(patienceMs));
    const chosen = models.find(({ loaded }) => loaded === true) ?? models.find(converses);
    return chosen && { kind, baseURL, model: chosen.name };
  } catch {
    // Nobody is there, or somebody else.
    return undefined;
  }
}

/** Models that only make vectors are listed beside the others. */
function converses({ name }: ServedModel): boolean {
  return !/embed/i.test(name);
}
