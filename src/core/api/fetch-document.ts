import type { Ports } from '../ports.ts';
import { saidByPerson } from '../security/said-by-person.ts';
import { documentEffect } from './api-effects.ts';
import type { Apis, ConfiguredApi } from './api-port.ts';

/** Reads the document of an API as it is now, from its file or address, because a person said so. Calls no operation. */
export async function fetchDocument(
  ports: Ports,
  api: ConfiguredApi,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<Apis['obtain']>>> {
  const inFile = /^https?:/i.test(api.spec) ? undefined : await ports.apis.known(api);
  if (inFile) return inFile;
  const authorized = await saidByPerson(ports, `Fetch the document of ${api.name}`, documentEffect(api), signal);
  return ports.apis.obtain(authorized, api, signal);
}
