import type { DeploymentAddress, ModelFacts, ModelTransport } from '../../core/models/transport.ts';
import { embedTexts } from './embed-texts.ts';
import { ollamaTransport } from './ollama-transport.ts';
import { type OpenEndpoint, openEndpoint } from './open-endpoint.ts';
import { openAiTransport } from './openai-transport.ts';
import { isLiteLlm } from './recognise-kind.ts';
import { responsesTransport } from './responses-transport.ts';
import { openServer } from './servers/open-server.ts';

/** The way to a model over HTTP, by the kind of its endpoint. Throws `configuration` on a bad address. */
export async function openTransport(address: DeploymentAddress, apiKey: string | undefined): Promise<ModelTransport> {
  const endpoint = openEndpoint(address, apiKey);
  const { kind, endpoint: configured } = address;
  const embed: ModelTransport['embed'] = (texts, signal) => embedTexts(endpoint, texts, signal);
  if (kind === 'ollama') return { ...ollamaTransport(endpoint), embed };
  const transport = configured.api === 'responses' ? responsesTransport(endpoint) : openAiTransport(endpoint);
  const facts: ModelTransport['facts'] = (signal) =>
    kind === 'openai' ? factsOfUnknown(address, apiKey, signal) : factsOf(endpoint, signal);
  return { ...transport, facts, embed };
}

/** What an unknown server lists says nothing that could be relied on; a LiteLLM proxy is known by its own routes. */
async function factsOfUnknown(
  address: DeploymentAddress,
  apiKey: string | undefined,
  signal: AbortSignal,
): Promise<ModelFacts> {
  const proxy = openEndpoint({ ...address, kind: 'litellm' }, apiKey);
  return (await isLiteLlm(proxy, signal)) ? { ...(await factsOf(proxy, signal)), kind: 'litellm' } : {};
}

async function factsOf(endpoint: OpenEndpoint, signal: AbortSignal): Promise<ModelFacts> {
  const listed = await openServer(endpoint)
    .list(signal)
    .catch(() => []);
  const {
    name: _name,
    loaded: _loaded,
    sizeBytes: _size,
    expiresAt: _until,
    ...facts
  } = listed.find(({ name }) => name === endpoint.address.deployment.model) ?? { name: '' };
  return facts;
}
