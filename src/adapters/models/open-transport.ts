import { MagusError } from '../../core/errors/magus-error.ts';
import type { ModelServer } from '../../core/models/model-server.ts';
import type { DeploymentAddress, ModelFacts, ModelTransport } from '../../core/models/transport.ts';
import { embedTexts } from './embed-texts.ts';
import { httpFetch } from './http-fetch.ts';
import { ollamaTransport } from './ollama-transport.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
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

/** The models of an endpoint. Throws `configuration` on a bad address. */
export async function openModelServer(address: DeploymentAddress, apiKey: string | undefined): Promise<ModelServer> {
  return openServer(openEndpoint(address, apiKey));
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

function openEndpoint(address: DeploymentAddress, apiKey: string | undefined): OpenEndpoint {
  const { baseURL } = address.endpoint;
  if (address.kind === 'vscode-lm') throw vscodeOnly(address);
  if (baseURL === undefined || !URL.canParse(baseURL)) {
    throw new MagusError(
      'configuration',
      `"${baseURL ?? ''}" is not a web address. Set baseURL of the endpoint ${address.endpointName}, such as http://127.0.0.1:4000/v1.`,
      { code: 'BAD_ADDRESS' },
    );
  }
  const { origin, pathname } = new URL(baseURL);
  // A key from a file often ends in a newline, which a header may not hold and an error would print.
  const key = apiKey?.trim();
  return {
    address,
    baseURL: address.kind !== 'openai' && pathname === '/' ? `${origin}/v1` : baseURL,
    // A proxy may serve the whole of a server below a path of its own.
    origin: `${origin}${pathname.replace(/\/(v1\/?)?$/, '')}`,
    apiKey: key === '' ? undefined : key,
    fetch: httpFetch(address.endpoint.caFile),
  };
}

function vscodeOnly({ id }: DeploymentAddress): MagusError {
  return new MagusError(
    'configuration',
    `${id} is one of VS Code's own models, which answer in VS Code only. Put another deployment beside it.`,
    { code: 'VSCODE_ONLY' },
  );
}
