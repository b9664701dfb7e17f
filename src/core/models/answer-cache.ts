import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import type { ChatModel, Clock, Hash, ModelListener, ModelReply, ModelRequest } from '../ports.ts';
import { groupFor } from './candidates.ts';

/** Keeps answers by key; forgets the least used ones when they grow too many. */
export interface AnswerStore {
  read(key: string, query: { readonly afterMs: number; readonly nowMs: number }): Promise<string | undefined>;
  keep(key: string, body: string, limits: { readonly nowMs: number; readonly maxBytes: number }): Promise<void>;
}

export interface CachePorts {
  readonly clock: Clock;
  readonly hash: Hash;
  readonly answers: AnswerStore;
}

/**
 * The model with a memory for its own answers: the same request is answered from the journal, and the same request made
 * twice at once is sent once. Unless the configuration asks for more, only requests for summaries and advice are kept: a
 * plan that went wrong should not come back word for word.
 */
export function withAnswerCache(model: ChatModel, configuration: ModelConfiguration, ports: CachePorts): ChatModel {
  const { exact, ttlS, maxMb } = configuration.cache;
  const flights = new Map<string, Promise<ModelReply>>();
  const cacheable = ({ purpose }: ModelRequest): boolean => exact ?? (purpose !== 'plan' && purpose !== 'act');
  const read = async (key: string): Promise<ModelReply | undefined> => {
    const nowMs = ports.clock.now();
    // A cache that cannot be read costs a request, not the task.
    const body = await ports.answers.read(key, { afterMs: nowMs - ttlS * 1000, nowMs }).catch(() => undefined);
    return body === undefined ? undefined : (JSON.parse(body) as ModelReply);
  };
  const keep = (key: string, reply: ModelReply): void => {
    const limits = { nowMs: ports.clock.now(), maxBytes: maxMb * 1024 * 1024 };
    ports.answers.keep(key, JSON.stringify(reply), limits).catch(() => {});
  };
  const fly = async (
    key: string,
    request: ModelRequest,
    listener: ModelListener,
    signal: AbortSignal,
  ): Promise<ModelReply> => {
    const known = await read(key);
    if (known) return fromCache(known, listener);
    let faultFree = true;
    const watched: ModelListener = {
      onText: (text) => listener.onText(text),
      onAttemptFailed: (attempt) => {
        // A text put together from two halves is not an answer to keep.
        if (attempt.afterOutput) faultFree = false;
        listener.onAttemptFailed(attempt);
      },
    };
    const reply = await model.complete(request, watched, signal);
    if (faultFree && (reply.finish === 'stop' || reply.finish === 'tool-calls')) keep(key, reply);
    return reply;
  };
  return {
    get contextTokens() {
      return model.contextTokens;
    },
    complete: async (request, listener, signal) => {
      if (!cacheable(request)) return model.complete(request, listener, signal);
      const key = keyOf(configuration, request, ports.hash);
      const flight = flights.get(key);
      if (flight) {
        // When the one who asked first gives up, this one asks for itself.
        const shared = await flight.catch(() => undefined);
        signal.throwIfAborted();
        if (shared) return fromCache(shared, listener);
      }
      const own = fly(key, request, listener, signal);
      flights.set(key, own);
      return own.finally(() => {
        if (flights.get(key) === own) flights.delete(key);
      });
    },
  };
}

/** It costs nothing, and it says where it comes from. */
function fromCache(reply: ModelReply, listener: ModelListener): ModelReply {
  if (reply.text !== '') listener.onText(reply.text);
  return {
    ...reply,
    usage: { inputTokens: 0, outputTokens: 0, usd: 0 },
    deployment: `cache (${reply.deployment ?? reply.model})`,
    durationMs: 0,
  };
}

/** Everything that decides the answer, and nothing of who asks or when. */
function keyOf(
  configuration: ModelConfiguration,
  { purpose, messages, tools, schema }: ModelRequest,
  hash: Hash,
): string {
  const group = configuration.groups[groupFor(configuration, purpose)];
  const sorted = [...tools].sort((a, b) => (a.name < b.name ? -1 : 1));
  const models = group?.map(({ endpoint, model }) => [endpoint, model]);
  return hash.sha256(JSON.stringify([models, sorted, messages, ...(schema === undefined ? [] : [schema])]));
}
