import type { EndpointKind } from '../../protocol/model-configuration.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
import { type JsonObject, objectsOf, requestJson, requestText } from './request-json.ts';

/** What a server calls the owner of its models, where it means itself. */
const owners: Readonly<Record<string, EndpointKind>> = {
  vllm: 'vllm',
  llamacpp: 'llamacpp',
  'llama-swap': 'llamaswap',
};

/**
 * What kind of server listens at an address, by the routes that only it has; undefined: none of them, or nobody answers. Never
 * throws. Redirects are not followed, so a key stays with the host that was configured.
 */
export async function recogniseKind(endpoint: OpenEndpoint, signal: AbortSignal): Promise<EndpointKind | undefined> {
  const ask = (route: string): Promise<JsonObject> =>
    requestJson(endpoint, route, undefined, signal).catch((): JsonObject => ({}));
  const [proxy, native, running, listed, loaded] = await Promise.all([
    isLiteLlm(endpoint, signal),
    ask('/api/v1/models'),
    ask('/running'),
    ask('/v1/models'),
    ask('/api/ps'),
  ]);
  if (proxy) return 'litellm';
  if (objectsOf(native['models']).some(({ loaded_instances }) => Array.isArray(loaded_instances))) return 'lmstudio';
  if (Array.isArray(running['running'])) return 'llamaswap';
  if (Array.isArray(loaded['models'])) return 'ollama';
  return owners[String(objectsOf(listed['data'])[0]?.['owned_by'])];
}

/** A LiteLLM proxy says that it is alive without a key; behind a gateway that lets only /v1 through, its model information tells. */
export async function isLiteLlm(endpoint: OpenEndpoint, signal: AbortSignal): Promise<boolean> {
  const [alive, informed] = await Promise.all([
    requestText({ ...endpoint, apiKey: undefined }, '/health/liveliness', undefined, signal).catch(() => ''),
    requestJson(endpoint, '/v1/model/info', undefined, signal).catch((): JsonObject => ({})),
  ]);
  return alive.includes("I'm alive") || objectsOf(informed['data']).some((row) => 'litellm_params' in row);
}
