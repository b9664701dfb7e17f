import type { DeploymentAddress } from '../../core/models/transport.ts';
import type { Fetch } from './http-fetch.ts';

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
