import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import { MagusError, toMagusError } from '../errors/magus-error.ts';
import type { Clock, Hash } from '../ports.ts';
import type { AnswerStore } from './answer-cache.ts';
import type { Budget } from './budget.ts';
import { type Groups, groupFor } from './candidates.ts';
import { type DeploymentState, noteFault, noteStart, waitOf } from './deployment-state.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { faultOf } from './faults.ts';
import type { ModelTransport } from './transport.ts';

/** Vectors of texts, all by one and the same model: those of different models cannot be compared. */
export interface EmbeddingModel {
  /** As its server knows it. */
  readonly model: string;
  /** Throws as the attempt at the last deployment that could be asked. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]>;
}

export interface EmbeddingPorts {
  readonly clock: Clock;
  readonly budget: Budget;
  readonly transportOf: (state: DeploymentState) => Promise<ModelTransport>;
}

/** The embedding model of the configuration; undefined: `routing.tasks.embed` names none. */
export function createEmbedding(
  configuration: ModelConfiguration,
  groups: Groups,
  ports: EmbeddingPorts,
): EmbeddingModel | undefined {
  if (configuration.routing.tasks?.embed === undefined) return undefined;
  const members = [...(groups.get(groupFor(configuration, 'embed')) ?? [])].sort((a, b) => a.order - b.order);
  const model = members[0]?.state.address.deployment.model;
  if (model === undefined) return undefined;
  const states = members.map(({ state }) => state).filter(({ address }) => address.deployment.model === model);
  return {
    model,
    embed: async (texts, signal) => {
      let last: MagusError | undefined;
      for (const state of states) {
        if (waitOf(state, 0, ports.clock.now()) > 0) continue;
        try {
          const vectors = await paidVectors(ports, state, texts, signal);
          if (vectors) return vectors;
          last = cannotEmbed(state.address.id);
        } catch (thrown) {
          if (signal.aborted) throw thrown;
          last = toMagusError(thrown);
          if (last.kind === 'limit-reached') continue;
          noteFault(state, faultOf(last) ?? 'protocol', last.message, { now: ports.clock.now() });
        }
      }
      throw last ?? cannotEmbed(groupFor(configuration, 'embed'));
    },
  };
}

/** undefined: the way to this deployment makes no vectors. */
async function paidVectors(
  { budget, clock, transportOf }: EmbeddingPorts,
  state: DeploymentState,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly (readonly number[])[] | undefined> {
  const { embed } = await transportOf(state);
  if (!embed) return undefined;
  const tokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  const reservation = await budget.reserve({ session: spender }, state, tokens, 0);
  noteStart(state, tokens, clock.now());
  let usd = 0;
  try {
    const vectors = await embed(texts, signal);
    usd = reservation.usd;
    return vectors;
  } finally {
    state.inFlight -= 1;
    await reservation.settle(usd);
  }
}

/** Vectors are no task's: what they cost counts by the day. */
const spender = 'embeddings';

/** The same text is never sent twice: its vector does not change. */
export function withEmbeddingCache(
  model: EmbeddingModel,
  configuration: ModelConfiguration,
  ports: { readonly clock: Clock; readonly hash: Hash; readonly answers: AnswerStore },
): EmbeddingModel {
  const { maxMb } = configuration.cache;
  return {
    model: model.model,
    embed: async (texts, signal) => {
      const nowMs = ports.clock.now();
      const keys = texts.map((text) => ports.hash.sha256(JSON.stringify(['embed', model.model, text])));
      const known = await Promise.all(
        keys.map((key) => ports.answers.read(key, { afterMs: 0, nowMs }).catch(() => undefined)),
      );
      const missing = texts.filter((_text, index) => known[index] === undefined);
      const fresh = missing.length === 0 ? [] : await model.embed(missing, signal);
      let next = 0;
      return keys.map((key, index) => {
        const body = known[index];
        if (body !== undefined) return JSON.parse(body) as number[];
        const vector = fresh[next++] ?? [];
        ports.answers
          .keep(key, JSON.stringify(vector), { nowMs, maxBytes: maxMb * 1024 * 1024 })
          // A cache that cannot be written costs a request the next time, nothing else.
          .catch(() => {});
        return vector;
      });
    },
  };
}

function cannotEmbed(id: string): MagusError {
  return new MagusError(
    'configuration',
    `${id} makes no vectors just now. Name a deployment that does as routing.tasks.embed in the model configuration.`,
    { code: 'NO_EMBEDDING' },
  );
}
