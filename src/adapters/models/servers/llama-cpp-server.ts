import { setTimeout as sleep } from 'node:timers/promises';
import { MagusError } from '../../../core/errors/magus-error.ts';
import type { ModelServer } from '../../../core/models/model-server.ts';
import type { OpenEndpoint } from '../open-endpoint.ts';
import { countOf, type JsonObject, objectsOf, present, requestJson } from '../request-json.ts';
import { isRecord } from '../tool-call-collector.ts';

const pollMs = 250;

/** llama.cpp's server as a router over many models; with a single model it has no load and no unload, and says so. */
export function llamaCppServer(endpoint: OpenEndpoint): ModelServer {
  const models = async (signal: AbortSignal): Promise<readonly JsonObject[]> =>
    objectsOf((await requestJson(endpoint, '/models', undefined, signal))['data']);
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
    load: async (name, _options, onProgress, signal) => {
      onProgress(`Loading ${name}`);
      await requestJson(endpoint, '/models/load', { model: name }, signal);
      // Loading goes on behind the answer.
      for (let last = ''; ; ) {
        const status = statusOf((await models(signal)).find(({ id }) => id === name)) ?? 'gone';
        if (status === 'loaded') return;
        if (status !== 'loading' && last === 'loading') throw failedToLoad(name, status);
        last = status;
        await sleep(pollMs, undefined, { signal });
      }
    },
    unload: async (name, signal) => {
      await requestJson(endpoint, '/models/unload', { model: name }, signal);
    },
  };
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
