import { MagusError } from './core/errors/magus-error.ts';
import type { VectorModel } from './core/memory/word-vectors.ts';
import { type AnswerStore, withAnswerCache } from './core/models/answer-cache.ts';
import type { SpendingLedger } from './core/models/budget.ts';
import type { ConfiguredModels } from './core/models/configured-models.ts';
import { type EmbeddingModel, withEmbeddingCache } from './core/models/embedding.ts';
import type { ModelDesk } from './core/models/model-desk.ts';
import { createRouter } from './core/models/router.ts';
import { withSemanticCache } from './core/models/semantic-cache.ts';
import type { ChatModel, Clock, Hash } from './core/ports.ts';

interface ModelPorts {
  readonly clock: Clock;
  readonly hash: Hash;
  readonly ledger: SpendingLedger;
  readonly answers: AnswerStore;
}

export interface ComposedModels {
  /** Answers with whatever is configured at the moment of the request. */
  readonly model: ChatModel;
  /** undefined: no models are configured. */
  desk(): ModelDesk | undefined;
  /** The embedding model for memories; undefined: `routing.tasks.embed` names none. */
  vectors(): VectorModel | undefined;
  /** Takes another configuration, or the same with other keys: tasks that run go on with it at their next request. */
  use(models: ConfiguredModels | undefined): void;
}

/** The models as one port, and the way to change them while they are in use. */
export function composeModels(models: ConfiguredModels | undefined, ports: ModelPorts): ComposedModels {
  let current = routed(models, ports);
  return {
    model: {
      get contextTokens() {
        return current.model.contextTokens;
      },
      complete: (request, listener, signal) => current.model.complete(request, listener, signal),
    },
    desk: () => current.desk,
    vectors: () => current.embedding && vectorModel(current.embedding),
    use: (next) => {
      current = routed(next, ports);
    },
  };
}

interface Routed {
  readonly model: ChatModel;
  readonly desk: ModelDesk | undefined;
  readonly embedding: EmbeddingModel | undefined;
}

/** The router over the configured models; without any, asking says so. */
function routed(models: ConfiguredModels | undefined, ports: ModelPorts): Routed {
  if (!models) return { model: noModel, desk: undefined, embedding: undefined };
  const { configuration, keyOf, editor } = models;
  const { clock, hash, ledger } = ports;
  const router = createRouter(configuration, {
    clock,
    ledger,
    random: Math.random,
    randomId: hash.randomId,
    // The clients are loaded when they are first needed: they are the heaviest thing a task needs.
    open: async (address) => {
      if (editor && address.kind === 'vscode-lm') return editor.open(address);
      // The first request runs much code for the first time: an editor gets its turn before and after the loading.
      await clock.sleep(0, always);
      const { openTransport } = await import('./adapters/models/open-transport.ts');
      await clock.sleep(0, always);
      return openTransport(address, await keyOf(address.endpoint));
    },
    openServer: async (address) => {
      if (editor && address.kind === 'vscode-lm') return editor.server;
      const { openModelServer } = await import('./adapters/models/servers/open-server.ts');
      return openModelServer(address, await keyOf(address.endpoint));
    },
  });
  const cached = withAnswerCache(router, configuration, ports);
  const embedding = router.embedding && withEmbeddingCache(router.embedding, configuration, ports);
  const model = configuration.cache.semantic && embedding ? withSemanticCache(cached, embedding, hash) : cached;
  return { model, desk: router.desk, embedding };
}

/** An embedding model is asked for so much text of each record; models read no more than some hundred words anyway. */
const mostCharacters = 8000;

function vectorModel({ model, embed }: EmbeddingModel): VectorModel {
  return {
    model,
    embed: async (texts, signal) => {
      const vectors = await embed(
        texts.map((text) => text.slice(0, mostCharacters)),
        signal,
      );
      return vectors.map((vector) => Float32Array.from(vector));
    },
  };
}

const always = new AbortController().signal;

const noModel: ChatModel = {
  contextTokens: 128_000,
  complete: async () => {
    throw new MagusError(
      'configuration',
      'No model is configured. Name an endpoint and a model: --model-url and --model, or --config, on the command line; OpenMagus: Manage Models in VS Code.',
      { code: 'NO_MODEL' },
    );
  },
};
