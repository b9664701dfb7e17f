import type { ModelServer } from '../../../core/models/model-server.ts';
import type { OpenEndpoint } from '../open-endpoint.ts';
import { recogniseKind } from '../recognise-kind.ts';
import { countOf, objectsOf, present, requestJson } from '../request-json.ts';

/** Any compatible server: it says which models it has, and perhaps what they hold. */
export function openAiServer(endpoint: OpenEndpoint): ModelServer {
  const route = `${endpoint.baseURL.slice(endpoint.origin.length).replace(/\/$/, '')}/models`;
  return {
    list: async (signal) => {
      const { data } = await requestJson(endpoint, route, undefined, signal);
      return objectsOf(data).map((model) => ({
        name: String(model['id']),
        ...present({ contextTokens: countOf(model['max_model_len'] ?? model['context_length']) }),
      }));
    },
    recognise: (signal) => recogniseKind(endpoint, signal),
  };
}
