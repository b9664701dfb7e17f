import { tokensOf } from '../../core/models/request-tokens.ts';
import type { ModelTransport, TransportRequest } from '../../core/models/transport.ts';
import { parseRecord } from '../../core/parse-json.ts';
import type { ChatMessage, ModelReply } from '../../core/ports.ts';
import { readChunks } from './body-chunks.ts';
import { completeHttp } from './complete-http.ts';
import type { Deadlines } from './deadlines.ts';
import { refusedFault, thrownFault } from './endpoint-faults.ts';
import { readLines } from './event-stream.ts';
import { collectOllamaReply } from './ollama-reply.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
import { loadedOllamaContext, showOllamaModel } from './servers/ollama-server.ts';

/** Room that a model is given when nobody asked for more: Ollama's own 4,096 tokens would cut every prompt of a task. */
const usualContext = 32_768;

/** A model of an Ollama, over its own interface: the compatible one ignores how much context was asked for. */
export function ollamaTransport(endpoint: OpenEndpoint): ModelTransport {
  const { address, origin, apiKey } = endpoint;
  const { model } = address.deployment;
  const asked = { baseURL: `${origin}/api/chat`, model, apiKey };
  let context = address.deployment.context ?? usualContext;
  let checked = false;
  return {
    facts: async (signal) => {
      const shown = await showOllamaModel(endpoint, model, signal).catch(() => ({}) as const);
      const largest = 'contextTokens' in shown ? (shown.contextTokens ?? usualContext) : usualContext;
      context = address.deployment.context ?? Math.min(largest, usualContext);
      return { ...shown, contextTokens: context };
    },
    complete: async (request, onText, signal) => {
      const collector = collectOllamaReply(model, onText);
      const reply = await completeHttp(
        {
          timeouts: address.timeouts,
          request,
          collector,
          exchange: async (deadlines) => {
            const response = await send(endpoint, chatBody(endpoint, request, context), deadlines);
            if (!response.ok) {
              const { status, headers } = response;
              throw refusedFault(asked, { status, headers, body: await response.text() });
            }
            for await (const { text, terminated } of readLines(readChunks(response, deadlines)))
              if (text.trim() !== '') collector.add(text, terminated);
            return {};
          },
          asFault: (thrown, passed) => thrownFault(asked, thrown, passed),
        },
        signal,
      );
      // Whether the room was granted is asked once: it is a request more, and does not change by itself.
      const granted = checked ? undefined : await loadedOllamaContext(endpoint, model, signal).catch(() => undefined);
      checked = true;
      return withWarning(reply, request, granted ?? context);
    },
  };
}

function send(endpoint: OpenEndpoint, body: unknown, deadlines: Deadlines): Promise<Response> {
  const { apiKey } = endpoint;
  return endpoint.fetch(`${endpoint.origin}/api/chat`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(body),
    signal: deadlines.signal,
  });
}

function withWarning(reply: ModelReply, request: TransportRequest, context: number): ModelReply {
  const { inputTokens } = reply.usage;
  const needed = tokensOf(request);
  if (inputTokens < context - 1 && needed <= context) return reply;
  return {
    ...reply,
    warning: `Ollama runs ${reply.model} with ${context} tokens of context, and the request took about ${Math.max(needed, inputTokens)}: its beginning was probably cut. Raise “context” of this deployment, or OLLAMA_CONTEXT_LENGTH where Ollama runs.`,
  };
}

function chatBody({ address }: OpenEndpoint, request: TransportRequest, context: number): unknown {
  const { model, output, keepAlive, reasoning } = address.deployment;
  const tools = [...request.tools].sort((left, right) => (left.name < right.name ? -1 : 1));
  const names = new Map<string, string>();
  return {
    model,
    stream: true,
    ...(keepAlive === undefined ? {} : { keep_alive: keepAlive }),
    options: { num_ctx: context, ...(output === undefined ? {} : { num_predict: output }) },
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function',
            function: { name, description, parameters },
          })),
        }),
    ...(request.schema && !request.omit.has('response_format') ? { format: request.schema.schema } : {}),
    messages: request.messages.map((message) => messageBody(message, names, reasoning !== 'drop')),
  };
}

function messageBody(message: ChatMessage, names: Map<string, string>, reasoning: boolean): unknown {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content };
    case 'user': {
      const images = (message.images ?? []).map((url) => url.replace(/^data:[^,]*,/, ''));
      return { role: 'user', content: message.content, ...(images.length === 0 ? {} : { images }) };
    }
    case 'assistant':
      for (const call of message.calls) names.set(call.id, call.name);
      return {
        role: 'assistant',
        content: message.content,
        ...(reasoning && message.reasoning ? { thinking: message.reasoning } : {}),
        ...(message.calls.length === 0
          ? {}
          : {
              tool_calls: message.calls.map((call) => ({
                // Ollama wants an object; what the model wrote wrongly it has been told already.
                function: { name: call.name, arguments: parseRecord(call.arguments) },
              })),
            }),
      };
    case 'tool':
      return { role: 'tool', tool_name: names.get(message.callId) ?? '', content: message.content };
    default:
      return message satisfies never;
  }
}
