import type { ModelServer } from '../../../core/models/model-server.ts';
import type { DeploymentAddress } from '../../../core/models/transport.ts';
import type { EndpointKind } from '../../../protocol/model-configuration.ts';
import { type OpenEndpoint, openEndpoint } from '../open-endpoint.ts';
import { liteLlmServer } from './litellm-server.ts';
import { llamaCppServer } from './llama-cpp-server.ts';
import { llamaSwapServer } from './llama-swap-server.ts';
import { lmStudioServer } from './lm-studio-server.ts';
import { ollamaServer } from './ollama-server.ts';
import { openAiServer } from './openai-server.ts';
import { vllmServer } from './vllm-server.ts';

const servers: Readonly<Record<Exclude<EndpointKind, 'vscode-lm'>, (endpoint: OpenEndpoint) => ModelServer>> = {
  litellm: liteLlmServer,
  openai: openAiServer,
  ollama: ollamaServer,
  lmstudio: lmStudioServer,
  llamacpp: llamaCppServer,
  llamaswap: llamaSwapServer,
  vllm: vllmServer,
};

/** The models of an endpoint, by the routes of its kind. */
export function openServer(endpoint: OpenEndpoint): ModelServer {
  const { kind } = endpoint.address;
  return servers[kind === 'vscode-lm' ? 'openai' : kind](endpoint);
}

/** The models of an endpoint, by its address. Throws `configuration` on one that cannot be used. */
export async function openModelServer(address: DeploymentAddress, apiKey: string | undefined): Promise<ModelServer> {
  return openServer(openEndpoint(address, apiKey));
}
