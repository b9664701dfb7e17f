import { isRecord } from '../../../core/is-record.ts';
import type { ModelServer, ServedModel } from '../../../core/models/model-server.ts';
import type { OpenEndpoint } from '../open-endpoint.ts';
import { countOf, type JsonObject, objectsOf, present, requestJson } from '../request-json.ts';
import { withElapsed } from './with-elapsed.ts';

/** Ollama's own routes. What a model can do is asked for each one. */
export function ollamaServer(endpoint: OpenEndpoint): ModelServer {
  return {
    list: async (signal) => {
      const [tags, running] = await Promise.all([
        requestJson(endpoint, '/api/tags', undefined, signal),
        requestJson(endpoint, '/api/ps', undefined, signal),
      ]);
      const loaded = new Map(objectsOf(running['models']).map((model) => [String(model['name']), model]));
      return Promise.all(
        objectsOf(tags['models']).map(async (model): Promise<ServedModel> => {
          const name = String(model['name']);
          const shown = await showOllamaModel(endpoint, name, signal).catch((): Omit<ServedModel, 'name'> => ({}));
          return {
            name,
            loaded: loaded.has(name),
            ...present({ sizeBytes: countOf(model['size']) }),
            ...shown,
            ...present({
              contextTokens: countOf(loaded.get(name)?.['context_length']) ?? shown.contextTokens,
              expiresAt: countOf(Date.parse(String(loaded.get(name)?.['expires_at']))),
            }),
          };
        }),
      );
    },
    load: async (model, { contextTokens, keepAlive }, onProgress, signal) => {
      const options = contextTokens === undefined ? {} : { options: { num_ctx: contextTokens } };
      const body = { model, keep_alive: keepAlive ?? '30m', ...options };
      await withElapsed(`Loading ${model}`, onProgress, () => requestJson(endpoint, '/api/generate', body, signal));
    },
    unload: async (model, signal) => {
      await requestJson(endpoint, '/api/generate', { model, keep_alive: 0 }, signal);
    },
  };
}

/** What a model was made for, loaded or not. */
export async function showOllamaModel(
  endpoint: OpenEndpoint,
  model: string,
  signal: AbortSignal,
): Promise<Omit<ServedModel, 'name'>> {
  const shown = await requestJson(endpoint, '/api/show', { model }, signal);
  const info: JsonObject = isRecord(shown['model_info']) ? shown['model_info'] : {};
  const room = Object.entries(info).find(([key]) => key.endsWith('.context_length'))?.[1];
  const abilities = Array.isArray(shown['capabilities']) ? shown['capabilities'] : undefined;
  return present({
    contextTokens: countOf(room),
    tools: abilities?.includes('tools'),
    images: abilities?.includes('vision'),
  });
}

/** The room a loaded model was given; undefined: it is not loaded, or Ollama does not say. */
export async function loadedOllamaContext(
  endpoint: OpenEndpoint,
  model: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const running = await requestJson(endpoint, '/api/ps', undefined, signal);
  const found = objectsOf(running['models']).find(({ name }) => name === model || name === `${model}:latest`);
  return countOf(found?.['context_length']);
}
