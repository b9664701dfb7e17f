import type { OpenAI } from 'openai';
import type { ModelTransport, TransportRequest } from '../../core/models/transport.ts';
import type { ChatMessage } from '../../core/ports.ts';
import { readChunks } from './body-chunks.ts';
import { completeHttp } from './complete-http.ts';
import type { Deadlines } from './deadlines.ts';
import { readEvents } from './event-stream.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
import { clientFault, openAiClient } from './openai-client.ts';
import { factsOf } from './openai-transport.ts';
import { collectResponse, type ResponseCollector } from './response-collector.ts';
import { StreamFault } from './stream-fault.ts';

/** A model by the Responses interface. Nothing is kept on the server: every request carries the whole conversation. */
export function responsesTransport(endpoint: OpenEndpoint): ModelTransport {
  const { address, baseURL, apiKey } = endpoint;
  const { model } = address.deployment;
  const { responses } = openAiClient(endpoint);
  return {
    complete: (request, onText, signal) => {
      const collector = collectResponse(model, onText);
      const body = responsesBody(endpoint, request) as unknown as OpenAI.Responses.ResponseCreateParamsStreaming;
      return completeHttp(
        {
          timeouts: address.timeouts,
          request,
          collector,
          exchange: async (deadlines) => {
            const response = await responses.create(body, { signal: deadlines.signal }).asResponse();
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

async function readAnswer(response: Response, collector: ResponseCollector, deadlines: Deadlines): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('event-stream')) throw new StreamFault('protocol', type.includes('html') ? 'a web page' : type);
  let frames = 0;
  for await (const { data, terminated } of readEvents(readChunks(response, deadlines))) {
    if (data === '[DONE]') break;
    frames += 1;
    collector.add(data, terminated);
    if (collector.isFinished()) deadlines.finished();
  }
  if (frames === 0) throw new StreamFault('truncated', 'an empty answer');
}

function responsesBody({ address }: OpenEndpoint, request: TransportRequest): unknown {
  const { model, output } = address.deployment;
  const tools = [...request.tools].sort((left, right) => (left.name < right.name ? -1 : 1));
  return {
    model,
    stream: true,
    store: false,
    ...(output === undefined ? {} : { max_output_tokens: output }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function',
            name,
            description,
            parameters,
            strict: false,
          })),
        }),
    ...(request.schema && !request.omit.has('response_format')
      ? { text: { format: { type: 'json_schema', ...request.schema, strict: true } } }
      : {}),
    input: request.messages.flatMap(inputItems),
  };
}

function inputItems(message: ChatMessage): readonly unknown[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content.toWellFormed() }];
    case 'user':
      return [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: message.content.toWellFormed() },
            ...(message.images ?? []).map((url) => ({ type: 'input_image', image_url: url, detail: 'auto' })),
          ],
        },
      ];
    case 'assistant':
      return [
        ...(message.content === '' ? [] : [{ role: 'assistant', content: message.content.toWellFormed() }]),
        ...message.calls.map((call) => ({
          type: 'function_call',
          call_id: call.id,
          name: call.name,
          arguments: call.arguments.toWellFormed(),
        })),
      ];
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.callId, output: message.content.toWellFormed() }];
    default:
      return message satisfies never;
  }
}
