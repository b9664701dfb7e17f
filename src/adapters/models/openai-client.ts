import { APIError, OpenAI } from 'openai';
import type { MagusError } from '../../core/errors/magus-error.ts';
import { type Asked, refusedFault, thrownFault } from './endpoint-faults.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
import type { StreamFault } from './stream-fault.ts';

/** The client, as a transport only: it neither waits nor tries again, and takes nothing from the environment. */
export function openAiClient({ address, baseURL, apiKey, fetch }: OpenEndpoint): OpenAI {
  return new OpenAI({
    baseURL,
    apiKey: apiKey ?? 'none',
    // The client would take these from the environment, where they belong to other programs.
    organization: null,
    project: null,
    ...(apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {}),
    logLevel: 'off',
    maxRetries: 0,
    timeout: address.timeouts.totalMs,
    fetch,
  });
}

export function clientFault(asked: Asked, thrown: unknown, passed: StreamFault | undefined): MagusError {
  if (passed === undefined && thrown instanceof APIError && typeof thrown.status === 'number')
    return refusedFault(asked, {
      status: thrown.status,
      headers: thrown.headers,
      body: thrown.error ?? thrown.message,
    });
  return thrownFault(asked, thrown, passed);
}
