import type { DeploymentAddress, ModelFacts, ModelTransport } from '../../core/models/transport.ts';
import { embedTexts } from './embed-texts.ts';
import { ollamaTransport } from './ollama-transport.ts';
import { type OpenEndpoint, openEndpoint } from './open-endpoint.ts';
import { openAiTransport } from './openai-transport.ts';
import { responsesTransport } from './responses-transport.ts';
import { openServer } from './servers/open-server.ts';

/** The way to a model over HTTP, by the kind of its endpoint. Throws `configuration` on a bad address. */
export async function openTransport(address: DeploymentAddress, apiKey: string | undefined): Promise<ModelTransport> {
  const endpoint = openEndpoint(address, apiKey);
  const { kind, endpoint: configured } = address;
  const embed: ModelTransport['embed'] = (texts, signal) => embedTexts(endpoint, texts, signal);
  if (kind === 'ollama') return { ...ollamaTransport(endpoint), embed };
  const transport = configured.api === 'responses' ? responsesTransport(endpoint) : openAiTransport(endpoint);
  // What an unknown server lists says nothing that could be relied on.
  const facts: Pick<ModelTransport, 'facts'> =
    kind === 'openai' ? {} : { facts: (signal) => factsOf(endpoint, signal) };
  return { ...transport, ...facts, embed };
}

async function factsOf(endpoint: OpenEndpoint, signal: AbortSignal): Promise<ModelFacts> {
  const listed = await openServer(endpoint)
    .list(signal)
    .catch(() => []);
  const {
    name: _name,
    loaded: _loaded,
    sizeBytes: _size,
    ...facts
  } = listed.find(({ name }) => name === endpoint.address.deployment.model) ?? { name: '' };
  return facts;
}
