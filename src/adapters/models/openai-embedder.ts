import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';
import type { Embedder } from '../../core/memory/word-vectors.ts';
import { parseJson } from '../../core/parse-json.ts';
import { bodyOf, httpFetch } from './http-fetch.ts';

export interface EmbeddingEndpoint {
  /** "http://127.0.0.1:4000/v1". */
  readonly baseURL: string;
  readonly model: string;
  readonly dimension: number;
  readonly apiKey?: string;
}

const replySchema = z.object({
  data: z.array(z.object({ index: z.optional(z.number()), embedding: z.array(z.number()) })),
});

/** An embedding model is asked for so much text of each record; models read no more than some hundred words anyway. */
const mostCharacters = 8000;

/** Vectors from an OpenAI-compatible server. Throws `memory-unavailable`. */
export function openAiEmbedder({ baseURL, model, dimension, apiKey }: EmbeddingEndpoint): Embedder {
  const url = `${baseURL.replace(/\/+$/, '')}/embeddings`;
  return {
    model,
    dimension,
    embed: async (texts, signal) => {
      if (texts.length === 0) return [];
      const response = await httpFetch(undefined)(url, {
        method: 'POST',
        signal,
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({ model, input: texts.map((text) => text.slice(0, mostCharacters)) }),
      }).catch((cause: unknown) => {
        signal.throwIfAborted();
        if (isMagusError(cause)) throw cause;
        throw refusal(url, 'did not answer. Start the server, or mend its address', cause);
      });
      if (!response.ok)
        throw refusal(url, `answered ${response.status}. Look at its address, its key and the model's name`);
      const parsed = z.safeParse(replySchema, parseJson(await text(bodyOf(response))));
      if (!parsed.success || parsed.data.data.length !== texts.length)
        throw refusal(url, 'gave no vector for each text. Use a server with the OpenAI interface for embeddings');
      const sorted = [...parsed.data.data].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
      return sorted.map(({ embedding }) => {
        if (embedding.length === dimension) return Float32Array.from(embedding);
        throw refusal(
          url,
          `gives vectors of ${embedding.length} numbers, not ${dimension}. Set "dimension" to ${embedding.length}`,
        );
      });
    },
  };
}

function refusal(url: string, what: string, cause?: unknown): MagusError {
  return new MagusError('memory-unavailable', `The embedding model at ${url} ${what} in memory.json.`, {
    code: 'EMBEDDING',
    retryable: true,
    cause,
  });
}
