import type { EndpointKind } from './model-configuration.ts';

/** Each kind of endpoint as people call it. */
export const kindWords: Readonly<Record<EndpointKind, string>> = {
  litellm: 'LiteLLM proxy',
  openai: 'OpenAI-compatible server or provider',
  ollama: 'Ollama',
  lmstudio: 'LM Studio',
  llamacpp: 'llama.cpp',
  llamaswap: 'llama-swap',
  vllm: 'vLLM',
  'vscode-lm': 'VS Code’s own models',
};

/** What follows from recognising a server that is configured as any compatible one. */
export function recognisedWords(kind: EndpointKind): string {
  return kind === 'litellm'
    ? 'recognised as a LiteLLM proxy, and used as one'
    : `recognised as ${kindWords[kind]}; with "kind": "${kind}" its own interface is used`;
}
