import type { ChatModel, Hash, ModelReply, ModelRequest } from '../ports.ts';
import type { EmbeddingModel } from './embedding.ts';

/** Below it two questions may mean different things. */
const leastSimilarity = 0.95;
const mostEntries = 500;

interface Entry {
  /** Everything of the request but its last message. */
  readonly frame: string;
  readonly vector: readonly number[];
  readonly reply: ModelReply;
}

/**
 * Answers a question that nearly the same words have asked before in this session of the program. Only questions without
 * tools: nothing that acts is ever answered so. The reply carries a warning that says whose answer it is.
 */
export function withSemanticCache(model: ChatModel, embedding: EmbeddingModel, hash: Hash): ChatModel {
  const entries: Entry[] = [];
  return {
    get contextTokens() {
      return model.contextTokens;
    },
    complete: async (request, listener, signal) => {
      const question = questionOf(request);
      if (question === undefined) return model.complete(request, listener, signal);
      const frame = hash.sha256(JSON.stringify([request.purpose, request.messages.slice(0, -1), request.schema]));
      // Without a vector the question is asked as if there were no cache.
      const [vector] = await embedding.embed([question], signal).catch(() => []);
      signal.throwIfAborted();
      const near = vector && nearest(entries, frame, vector);
      if (near) {
        if (near.reply.text !== '') listener.onText(near.reply.text);
        return {
          ...near.reply,
          usage: { inputTokens: 0, outputTokens: 0, usd: 0 },
          deployment: `cache (${near.reply.deployment ?? near.reply.model})`,
          durationMs: 0,
          warning: `This is the answer to an earlier question that was ${Math.floor(near.similarity * 100)} % the same. Turn “cache.semantic” off in the model configuration to always ask anew.`,
        };
      }
      const reply = await model.complete(request, listener, signal);
      if (vector && reply.finish === 'stop') {
        entries.push({ frame, vector, reply });
        if (entries.length > mostEntries) entries.shift();
      }
      return reply;
    },
  };
}

function questionOf({ purpose, messages, tools }: ModelRequest): string | undefined {
  const last = messages.at(-1);
  if (tools.length > 0 || purpose === 'plan' || purpose === 'act') return undefined;
  return last?.role === 'user' && !last.images?.length ? last.content : undefined;
}

function nearest(
  entries: readonly Entry[],
  frame: string,
  vector: readonly number[],
): (Entry & { readonly similarity: number }) | undefined {
  let best: (Entry & { readonly similarity: number }) | undefined;
  for (const entry of entries) {
    if (entry.frame !== frame || entry.vector.length !== vector.length) continue;
    const similarity = cosine(entry.vector, vector);
    if (similarity >= leastSimilarity && similarity > (best?.similarity ?? 0)) best = { ...entry, similarity };
  }
  return best;
}

function cosine(left: readonly number[], right: readonly number[]): number {
  let [dot, leftLength, rightLength] = [0, 0, 0];
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    dot += value * other;
    leftLength += value * value;
    rightLength += other * other;
  }
  return dot / Math.sqrt(leftLength * rightLength || 1);
}
