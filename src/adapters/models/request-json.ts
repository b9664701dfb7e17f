import { MagusError } from '../../core/errors/magus-error.ts';
import { isRecord } from '../../core/is-record.ts';
import { readWhole } from './body-chunks.ts';
import { type Asked, refusedFault, thrownFault } from './endpoint-faults.ts';
import { bodyOf } from './http-fetch.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
import { StreamFault } from './stream-fault.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** One of a server's own routes: a JSON object in answer. Throws as `faultError` makes it. */
export async function requestJson(
  endpoint: OpenEndpoint,
  route: string,
  body: unknown,
  signal: AbortSignal,
): Promise<JsonObject> {
  const parsed = parse(await requestText(endpoint, route, body, signal));
  if (isRecord(parsed)) return parsed;
  throw thrownFault(askedOf(endpoint, route), new StreamFault('protocol', String(parsed).slice(0, 200)), undefined);
}

/** As above, where only that it was done matters: some answer with bare words, or nothing. */
export async function requestText(
  endpoint: OpenEndpoint,
  route: string,
  body: unknown,
  signal: AbortSignal,
): Promise<string> {
  const { origin } = endpoint;
  const asked = askedOf(endpoint, route);
  try {
    const response = await endpoint.fetch(origin + route, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...keyHeader(endpoint),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
    const { status, headers } = response;
    if (!response.ok) throw refusedFault(asked, { status, headers, body: parse(await response.text()) });
    return await readWhole(bodyOf(response));
  } catch (thrown) {
    if (signal.aborted) throw abortedFault(asked.baseURL, signal);
    throw thrownFault(asked, thrown, undefined);
  }
}

export function keyHeader({ apiKey }: OpenEndpoint): Readonly<Record<string, string>> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

function askedOf({ address, origin, apiKey }: OpenEndpoint, route: string): Asked {
  return { baseURL: origin + route, model: address.deployment.model, apiKey };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function abortedFault(server: string, signal: AbortSignal): MagusError {
  return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    ? new MagusError('model-unavailable', `${server} did not answer in time. Check that it runs, and try again.`, {
        code: 'FIRST_BYTE_LATE',
        retryable: true,
        details: { fault: 'first-byte-late' },
      })
    : new MagusError('cancelled', 'Cancelled.');
}

export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A count that means something; servers write 0, null or text for "not known". */
export function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Without the entries that are undefined, as optional properties want it. */
export function present<Entries extends object>(
  entries: Entries,
): { [Key in keyof Entries]?: Exclude<Entries[Key], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Entries]?: Exclude<Entries[Key], undefined>;
  };
}
