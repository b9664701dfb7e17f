import type { OpenAI } from 'openai';
import type { ModelTransport } from '../../core/models/transport.ts';
import { readChunks, readWhole } from './body-chunks.ts';
import { type AnswerFacts, completeHttp } from './complete-http.ts';
import type { Deadlines } from './deadlines.ts';
import { readEvents } from './event-stream.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
import { clientFault, openAiClient } from './openai-client.ts';
import { collectReply, type ReplyCollector } from './reply-collector.ts';
import { requestBody } from './request-body.ts';
import { StreamFault } from './stream-fault.ts';

/** A model behind any OpenAI-compatible endpoint, by Chat Completions. */
export function openAiTransport(endpoint: OpenEndpoint): ModelTransport {
  const { address, baseURL, apiKey } = endpoint;
  const { model } = address.deployment;
  const { completions } = openAiClient(endpoint).chat;
  return {
    complete: (request, onText, signal) => {
      const collector = collectReply(model, onText);
      const body = requestBody(address.deployment, request) as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
      return completeHttp(
        {
          timeouts: address.timeouts,
          request,
          collector,
          exchange: async (deadlines) => {
            const response = await completions.create(body, { signal: deadlines.signal }).asResponse();
            await readAnswer(response, collector, deadlines);
            return factsOf(response);
          },
          asFault: (thrown, passed) => clientFault({ baseURL, model, apiKey }, thrown, passed),
        },
        signal,
      );
    },
  };
}

async function readAnswer(response: Response, collector: ReplyCollector, deadlines: Deadlines): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  const chunks = readChunks(response, deadlines);
  if (type.includes('html')) throw new StreamFault('protocol', 'a web page');
  if (type.includes('application/json')) {
    collector.add(await readWhole(chunks), true);
    return;
  }
  let frames = 0;
  for await (const { data, terminated } of readEvents(chunks)) {
    if (data === '[DONE]') {
      deadlines.ended();
      return;
    }
    frames += 1;
    collector.add(data, terminated);
    if (collector.isFinished()) deadlines.finished();
  }
  if (frames === 0) throw new StreamFault('truncated', 'an empty answer');
}

/**
 * A LiteLLM proxy names the cost in a header (for a stream only where it knows it before), and how often it tried by itself.
 */
export function factsOf({ headers }: Response): AnswerFacts {
  const read = (name: string): number => Number.parseFloat(headers.get(`x-litellm-${name}`) ?? '') || 0;
  const usd = read('response-cost');
  const [retries, fallbacks] = [read('attempted-retries'), read('attempted-fallbacks')];
  const model = headers.get('x-litellm-model-name') ?? headers.get('x-litellm-model-group') ?? '';
  return {
    ...(usd > 0 ? { usd } : {}),
    ...(retries + fallbacks > 0 ? { proxied: { retries, fallbacks, model } } : {}),
  };
}
