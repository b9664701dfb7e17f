import type { ChatMessage, ModelRequest, ToolSpec } from '../../core/ports.ts';

/**
 * The body of a chat completion. Byte-stable: fixed key order, tools sorted by name and ahead of the messages,
 * so that a longer history begins with the bytes of the shorter one and the server's prefix cache holds.
 */
export function requestBody(model: string, request: ModelRequest): Readonly<Record<string, unknown>> {
  const tools = [...request.tools].sort((left, right) =>
    left.name < right.name ? -1 : left.name > right.name ? 1 : 0,
  );
  return wellFormed({
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...(tools.length === 0 ? {} : { tools: tools.map(toolBody) }),
    messages: request.messages.map(messageBody),
  }) as Readonly<Record<string, unknown>>;
}

function toolBody(tool: ToolSpec): unknown {
  return {
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: tool.parameters },
  };
}

function messageBody(message: ChatMessage): unknown {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content };
    case 'user':
      return { role: 'user', content: userContent(message.content, message.images ?? []) };
    case 'assistant':
      return assistantBody(message);
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

function assistantBody(message: ChatMessage & { role: 'assistant' }): unknown {
  const calls = message.calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  return {
    role: 'assistant',
    // Strict servers refuse an empty string beside calls.
    content: message.content === '' && calls.length > 0 ? null : message.content,
    ...(message.reasoning ? { reasoning_content: message.reasoning } : {}),
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
