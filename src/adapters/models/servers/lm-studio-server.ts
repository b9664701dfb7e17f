import { isRecord } from '../../../core/is-record.ts';
import type { ModelServer } from '../../../core/models/model-server.ts';
import type { OpenEndpoint } from '../open-endpoint.ts';
import { countOf, type JsonObject, objectsOf, present, requestJson } from '../request-json.ts';
import { withElapsed } from './with-elapsed.ts';

/** LM Studio by its native interface. A model may be loaded several times; unloading takes out every instance. */
export function lmStudioServer(endpoint: OpenEndpoint): ModelServer {
  const models = async (signal: AbortSignal): Promise<readonly JsonObject[]> =>
    objectsOf((await requestJson(endpoint, '/api/v1/models', undefined, signal))['models']);
  return {
    list: async (signal) =>
      (await models(signal)).map((model) => {
        const [instance] = objectsOf(model['loaded_instances']);
        const settings: JsonObject = isRecord(instance?.['config']) ? instance['config'] : {};
        const abilities: JsonObject = isRecord(model['capabilities']) ? model['capabilities'] : {};
        return {
          name: String(model['key']),
          loaded: instance !== undefined,
          ...present({
            sizeBytes: countOf(model['size_bytes']),
            contextTokens: countOf(settings['context_length']) ?? countOf(model['max_context_length']),
            images: typeof abilities['vision'] === 'boolean' ? abilities['vision'] : undefined,
          }),
        };
      }),
    load: async (model, { contextTokens }, onProgress, signal) => {
      const body = { model, ...(contextTokens === undefined ? {} : { context_length: contextTokens }) };
      await withElapsed(`Loading ${model}`, onProgress, () =>
        requestJson(endpoint, '/api/v1/models/load', body, signal),
      );
    },
    unload: async (model, signal) => {
      const found = (await models(signal)).find(({ key }) => key === model);
      for (const { id } of objectsOf(found?.['loaded_instances']))
        await requestJson(endpoint, '/api/v1/models/unload', { instance_id: id }, signal);
    },
  };
}
