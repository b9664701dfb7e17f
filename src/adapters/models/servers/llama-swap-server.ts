import type { ModelServer } from '../../../core/models/model-server.ts';
import type { OpenEndpoint } from '../open-endpoint.ts';
import { objectsOf, requestJson, requestText } from '../request-json.ts';
import { openAiServer } from './openai-server.ts';
import { withElapsed } from './with-elapsed.ts';

/** llama-swap starts a server for each model on demand: asking a model's own server for its health loads it. */
export function llamaSwapServer(endpoint: OpenEndpoint): ModelServer {
  return {
    list: async (signal) => {
      const [listed, running] = await Promise.all([
        openAiServer(endpoint).list(signal),
        requestJson(endpoint, '/running', undefined, signal),
      ]);
      const ready = new Set(
        objectsOf(running['running'])
          .filter(({ state }) => state === 'ready')
          .map(({ model }) => String(model)),
      );
      return listed.map((model) => ({ ...model, loaded: ready.has(model.name) }));
    },
    load: async (model, _options, onProgress, signal) => {
      const health = `/upstream/${encodeURIComponent(model)}/health`;
      await withElapsed(`Loading ${model}`, onProgress, () => requestText(endpoint, health, undefined, signal));
    },
    unload: async (model, signal) => {
      await requestText(endpoint, `/api/models/unload/${encodeURIComponent(model)}`, {}, signal);
    },
  };
}
