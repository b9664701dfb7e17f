import type { OpenAI } from 'openai';
import type { ModelTransport } from '../../core/models/transport.ts';
import { readChunks, readWhole } from './body-chunks.ts';
import { completeHttp } from './complete-http.ts';
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
            return costOf(response);
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

/** A LiteLLM proxy names the cost in a header; for a stream it does so only where it knows it before. */
export function costOf(response: Response): number | undefined {
  const usd = Number.parseFloat(response.headers.get('x-litellm-response-cost') ?? '');
  return Number.isFinite(usd) && usd > 0 ? usd : undefined;
}
