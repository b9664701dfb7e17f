import type { ModelServer } from '../../../core/models/model-server.ts';
import type { OpenEndpoint } from '../open-endpoint.ts';
import { requestJson, requestText } from '../request-json.ts';
import { openAiServer } from './openai-server.ts';
import { withElapsed } from './with-elapsed.ts';

/** vLLM holds one model and can put it to sleep, if it was started with sleep mode; without it the model is always there. */
export function vllmServer(endpoint: OpenEndpoint): ModelServer {
  return {
    list: async (signal) => {
      const [listed, sleep] = await Promise.all([
        openAiServer(endpoint).list(signal),
        requestJson(endpoint, '/is_sleeping', undefined, signal).catch(() => undefined),
      ]);
      const asleep = sleep?.['is_sleeping'];
      return listed.map((model) => (typeof asleep === 'boolean' ? { ...model, loaded: !asleep } : model));
    },
    load: async (model, _options, onProgress, signal) => {
      await withElapsed(`Waking ${model}`, onProgress, () => requestText(endpoint, '/wake_up', {}, signal));
    },
    unload: async (_model, signal) => {
      await requestText(endpoint, '/sleep?level=1', {}, signal);
    },
  };
}
