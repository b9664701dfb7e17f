import { MagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';
import { authorize } from '../security/authorize.ts';
import { documentEffect } from './api-effects.ts';
import type { Apis, ConfiguredApi } from './api-port.ts';

/** Reads the document of an API as it is now, from its file or address, because a person said so. Calls no operation. */
export async function fetchDocument(
  ports: Ports,
  api: ConfiguredApi,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<Apis['obtain']>>> {
  const { hash, policy, apis } = ports;
  const inFile = /^https?:/i.test(api.spec) ? undefined : await apis.known(api);
  if (inFile) return inFile;
  const people = { ...ports.people, approve: async () => true };
  const title = `Fetch the document of ${api.name}`;
  const question = { taskId: 'connectors', callId: api.name, title, effects: [documentEffect(api)], trusted: true };
  const outcome = await authorize(
    { hash, policy, people },
    { ...question, approve: 'ask', granted: new Set() },
    signal,
  );
  if (outcome.authorized) return apis.obtain(outcome.authorized, api, signal);
  throw new MagusError('permission-denied', `A rule of yours does not let the document of ${api.name} be fetched.`);
}
