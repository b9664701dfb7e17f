import type { OmittableOption, TransportRequest } from '../../core/models/transport.ts';
import type { ChatMessage, ToolSpec } from '../../core/ports.ts';
import type { DeploymentConfiguration } from '../../protocol/model-configuration.ts';

type Deployment = Pick<DeploymentConfiguration, 'model' | 'output' | 'reasoning' | 'cacheMarks'>;

/**
 * The body of a chat completion. Byte-stable: fixed key order, tools sorted by name and ahead of the messages,
 * so that a longer history begins with the bytes of the shorter one and the server's prefix cache holds.
 */
export function requestBody(deployment: Deployment, request: TransportRequest): Readonly<Record<string, unknown>> {
  const sent = (option: OmittableOption): boolean => !request.omit.has(option);
  const reasoning = deployment.reasoning !== 'drop' && sent('reasoning_content');
  const messages = request.messages.map((message) => messageBody(message, reasoning));
  const tools = [...request.tools].sort((left, right) =>
    left.name < right.name ? -1 : left.name > right.name ? 1 : 0,
  );
  return wellFormed({
    model: deployment.model,
    stream: true,
    ...(sent('stream_options') ? { stream_options: { include_usage: true } } : {}),
    ...(deployment.output === undefined ? {} : { max_tokens: deployment.output }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolBody) }),
    ...(request.schema && sent('response_format')
      ? { response_format: { type: 'json_schema', json_schema: { ...request.schema, strict: true } } }
      : {}),
    messages: deployment.cacheMarks && sent('cache_control') ? marked(messages) : messages,
  }) as Readonly<Record<string, unknown>>;
}

function toolBody(tool: ToolSpec): unknown {
  return {
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: tool.parameters },
  };
}

type Body = Readonly<Record<string, unknown>>;

/** Marks what stays (the system text) and the newest message, up to which the next request will be the same. */
function marked(messages: readonly Body[]): readonly Body[] {
  return messages.map((message, index) =>
    message['role'] === 'system' || index === messages.length - 1 ? withMark(message) : message,
  );
}

function withMark(message: Body): Body {
  const mark = { cache_control: { type: 'ephemeral' } };
  const { content } = message;
  if (typeof content === 'string') return { ...message, content: [{ type: 'text', text: content, ...mark }] };
  if (!Array.isArray(content)) return message;
  const parts: readonly unknown[] = content;
  return {
    ...message,
    content: parts.map((part, index) =>
      index === parts.length - 1 && typeof part === 'object' ? { ...part, ...mark } : part,
    ),
  };
}

function messageBody(message: ChatMessage, reasoning: boolean): Body {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content };
    case 'user':
      return { role: 'user', content: userContent(message.content, message.images ?? []) };
    case 'assistant':
      return assistantBody(message, reasoning);
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.content };
    default:
      return message satisfies never;
  }
}

function userContent(text: string, images: readonly string[]): unknown {
  if (images.length === 0) return text;
  return [{ type: 'text', text }, ...images.map((url) => ({ type: 'image_url', image_url: { url } }))];
}

function assistantBody(message: ChatMessage & { role: 'assistant' }, reasoning: boolean): Body {
  const calls = message.calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  return {
    role: 'assistant',
    // Strict servers refuse an empty string beside calls.
    content: message.content === '' && calls.length > 0 ? null : message.content,
    ...(reasoning && message.reasoning ? { reasoning_content: message.reasoning } : {}),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

/** Lone surrogates become U+FFFD: strict JSON parsers on the other side refuse them. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, wellFormed(entry)]));
}
