import { MagusError } from '../../core/errors/magus-error.ts';
import type { DeploymentAddress } from '../../core/models/transport.ts';
import { type Fetch, httpFetch } from './http-fetch.ts';

/** An endpoint ready to be asked: its address complete, its key at hand. */
export interface OpenEndpoint {
  readonly address: DeploymentAddress;
  /** Of the OpenAI-compatible routes. */
  readonly baseURL: string;
  /** Of the server's own routes. */
  readonly origin: string;
  readonly apiKey: string | undefined;
  readonly fetch: Fetch;
}

/** Throws `configuration` on an address that cannot be used. */
export function openEndpoint(address: DeploymentAddress, apiKey: string | undefined): OpenEndpoint {
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
