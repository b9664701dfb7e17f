import { setTimeout as sleep } from 'node:timers/promises';
import { MagusError } from '../../../core/errors/magus-error.ts';
import { isRecord } from '../../../core/is-record.ts';
import type { ModelServer } from '../../../core/models/model-server.ts';
import { readEvents } from '../event-stream.ts';
import { bodyOf } from '../http-fetch.ts';
import type { OpenEndpoint } from '../open-endpoint.ts';
import { countOf, type JsonObject, keyHeader, objectsOf, present, requestJson } from '../request-json.ts';
import { withElapsed } from './with-elapsed.ts';

const pollMs = 250;

/** llama.cpp's server as a router over many models; with a single model it has no load and no unload, and says so. */
export function llamaCppServer(endpoint: OpenEndpoint): ModelServer {
  const models = async (signal: AbortSignal): Promise<readonly JsonObject[]> =>
    objectsOf((await requestJson(endpoint, '/models', undefined, signal))['data']);
  const find = async (name: string, signal: AbortSignal): Promise<JsonObject | undefined> =>
    (await models(signal)).find(({ id }) => id === name);
  return {
    list: async (signal) =>
      (await models(signal)).map((model) => {
        const meta: JsonObject = isRecord(model['meta']) ? model['meta'] : {};
        const status = statusOf(model);
        return {
          name: String(model['id']),
          ...present({
            loaded: status === undefined ? undefined : status === 'loaded',
            sizeBytes: countOf(meta['size']),
            contextTokens: countOf(meta['n_ctx']) ?? countOf(meta['n_ctx_train']),
          }),
        };
      }),
    load: (name, _options, onProgress, signal) =>
      withElapsed(`Loading ${name}`, onProgress, async (note) => {
        if (statusOf(await find(name, signal)) === 'loaded') return;
        const done = new AbortController();
        void followLoading(endpoint, name, note, AbortSignal.any([signal, done.signal])).catch(() => undefined);
        try {
          await requestJson(endpoint, '/models/load', { model: name }, signal);
          await untilLoaded(name, () => find(name, signal), signal);
        } finally {
          done.abort();
        }
      }),
    unload: async (name, signal) => {
      await requestJson(endpoint, '/models/unload', { model: name }, signal);
    },
  };
}

/** Loading goes on behind the answer of the request. */
async function untilLoaded(
  name: string,
  find: () => Promise<JsonObject | undefined>,
  signal: AbortSignal,
): Promise<void> {
  for (let polls = 0; ; polls += 1) {
    const model = await find();
    const status = statusOf(model) ?? 'gone';
    if (status === 'loaded') return;
    const failed = isRecord(model?.['status']) && model['status']['failed'] === true;
    if (failed || (status !== 'loading' && status !== 'downloading' && polls > 0)) throw failedToLoad(name, status);
    await sleep(pollMs, undefined, { signal });
  }
}

/** How far it is, as the router tells it; servers that do not are watched all the same. */
async function followLoading(
  endpoint: OpenEndpoint,
  name: string,
  note: (said: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await endpoint.fetch(`${endpoint.origin}/models/sse`, { headers: keyHeader(endpoint), signal });
  if (!response.ok) return;
  for await (const { data } of readEvents(bodyOf(response))) {
    const event: unknown = JSON.parse(data);
    if (!isRecord(event) || event['model'] !== name || !isRecord(event['data'])) continue;
    const { progress } = event['data'];
    if (!isRecord(progress) || typeof progress['value'] !== 'number') continue;
    const stage = String(progress['current'] ?? '').replaceAll('_', ' ');
    note(`${stage} ${Math.round(progress['value'] * 100)} %`.trim());
  }
}

function statusOf(model: JsonObject | undefined): string | undefined {
  const status = model?.['status'];
  return isRecord(status) && typeof status['value'] === 'string' ? status['value'] : undefined;
}

function failedToLoad(name: string, status: string): MagusError {
  return new MagusError(
    'model-unavailable',
    `${name} could not be loaded: the server says "${status}". Look into the server's log; often the memory is too small.`,
    { code: 'LOAD_FAILED' },
  );
}
