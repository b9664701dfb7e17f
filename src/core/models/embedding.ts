import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import { MagusError, toMagusError } from '../errors/magus-error.ts';
import type { Clock, Hash } from '../ports.ts';
import type { AnswerStore } from './answer-cache.ts';
import { type Groups, groupFor } from './candidates.ts';
import { type DeploymentState, noteFault, waitOf } from './deployment-state.ts';
import { faultOf } from './faults.ts';
import type { ModelTransport } from './transport.ts';

/** Vectors of texts, all by one and the same model: those of different models cannot be compared. */
export interface EmbeddingModel {
  /** Throws as the attempt at the last deployment that could be asked. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]>;
}

export interface EmbeddingPorts {
  readonly clock: Clock;
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
  const states = members.map(({ state }) => state).filter(({ address }) => address.deployment.model === model);
  return {
    embed: async (texts, signal) => {
      let last: MagusError | undefined;
      for (const state of states) {
        if (waitOf(state, 0, ports.clock.now()) > 0) continue;
        try {
          const { embed } = await ports.transportOf(state);
          if (embed) return await embed(texts, signal);
          last = cannotEmbed(state.address.id);
        } catch (thrown) {
          if (signal.aborted) throw thrown;
          last = toMagusError(thrown);
          noteFault(state, faultOf(last) ?? 'protocol', last.message, { now: ports.clock.now() });
        }
      }
      throw last ?? cannotEmbed(groupFor(configuration, 'embed'));
    },
  };
}

/** The same text is never sent twice: its vector does not change. */
export function withEmbeddingCache(
  model: EmbeddingModel,
  configuration: ModelConfiguration,
  ports: { readonly clock: Clock; readonly hash: Hash; readonly answers: AnswerStore },
): EmbeddingModel {
  const { maxMb } = configuration.cache;
  const name = configuration.groups[groupFor(configuration, 'embed')]?.[0]?.model ?? '';
  return {
    embed: async (texts, signal) => {
      const nowMs = ports.clock.now();
      const keys = texts.map((text) => ports.hash.sha256(JSON.stringify(['embed', name, text])));
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
