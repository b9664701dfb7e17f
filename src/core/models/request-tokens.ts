import type { ChatMessage, ModelRequest, ToolSpec } from '../ports.ts';
import { estimateTokens } from './estimate-tokens.ts';

/** What providers charge for one image at most, roughly. */
const imageTokens = 1600;

/** Tokens of a request before any model's correction. */
export function tokensOf({ tools, messages }: Pick<ModelRequest, 'tools' | 'messages'>): number {
  return toolTokens(tools) + messageTokens(messages);
}

/** Tokens of tools as they are offered; a conversation has the same ones in every request. */
export function toolTokens(tools: readonly ToolSpec[]): number {
  return remembered(toolSizes, tools, () => estimateTokens(JSON.stringify(tools)));
}
const toolSizes = new WeakMap<readonly ToolSpec[], number>();

/** Tokens of messages; each is weighed once, for a conversation is weighed as a whole before each of its requests. */
export function messageTokens(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, message) => sum + remembered(messageSizes, message, weigh), 0);
}
const messageSizes = new WeakMap<ChatMessage, number>();

function weigh(message: ChatMessage): number {
  const text = 4 + estimateTokens(message.content);
  if (message.role === 'user') return text + imageTokens * (message.images?.length ?? 0);
  if (message.role !== 'assistant') return text;
  const calls = message.calls.map((call) => 8 + estimateTokens(call.name) + estimateTokens(call.arguments));
  return calls.reduce((sum, tokens) => sum + tokens, text + estimateTokens(message.reasoning ?? ''));
}

function remembered<Key extends object>(sizes: WeakMap<Key, number>, key: Key, weighed: (key: Key) => number): number {
  const known = sizes.get(key);
  if (known !== undefined) return known;
  const size = weighed(key);
  sizes.set(key, size);
  return size;
}
