import { MagusError } from '../../core/errors/magus-error.ts';
import type { DeploymentAddress, ModelTransport } from '../../core/models/transport.ts';
import { httpFetch } from './http-fetch.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
import { openAiTransport } from './openai-transport.ts';

/** The way to a model over HTTP, by the kind of its endpoint. Throws `configuration` on a bad address. */
export async function openTransport(address: DeploymentAddress, apiKey: string | undefined): Promise<ModelTransport> {
  return openAiTransport(openEndpoint(address, apiKey));
}

function openEndpoint(address: DeploymentAddress, apiKey: string | undefined): OpenEndpoint {
  const { baseURL } = address.endpoint;
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
    origin,
    apiKey: key === '' ? undefined : key,
    fetch: httpFetch(address.endpoint.caFile),
  };
}
