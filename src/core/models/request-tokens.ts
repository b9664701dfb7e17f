import type { ModelRequest } from '../ports.ts';
import { estimateTokens } from './estimate-tokens.ts';

/** Tokens of a request before any model's correction. */
export function tokensOf(request: ModelRequest): number {
  let tokens = estimateTokens(JSON.stringify(request.tools));
  for (const message of request.messages) {
    tokens += 4 + estimateTokens(message.content);
    if (message.role === 'assistant')
      for (const call of message.calls) tokens += 8 + estimateTokens(call.name) + estimateTokens(call.arguments);
  }
  return tokens;
}
