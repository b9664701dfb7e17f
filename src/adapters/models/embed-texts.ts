import type { OpenEndpoint } from './open-endpoint.ts';
import { objectsOf, requestJson } from './request-json.ts';
import { StreamFault } from './stream-fault.ts';

/** Vectors of texts in their order. Throws as `faultError` makes it. */
export async function embedTexts(
  endpoint: OpenEndpoint,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const { model } = endpoint.address.deployment;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(endpoint.address.timeouts.firstByteMs)]);
  if (endpoint.address.kind === 'ollama') {
    const { embeddings } = await requestJson(endpoint, '/api/embed', { model, input: texts }, deadline);
    return checked(embeddings, texts.length);
  }
  const route = `${endpoint.baseURL.slice(endpoint.origin.length).replace(/\/$/, '')}/embeddings`;
  const { data } = await requestJson(endpoint, route, { model, input: texts, encoding_format: 'float' }, deadline);
  const ordered = [...objectsOf(data)].sort((left, right) => Number(left['index']) - Number(right['index']));
  return checked(
    ordered.map(({ embedding }) => embedding),
    texts.length,
  );
}

function checked(vectors: unknown, count: number): readonly (readonly number[])[] {
  const good =
    Array.isArray(vectors) &&
    vectors.length === count &&
    vectors.every((vector) => Array.isArray(vector) && vector.every((value) => typeof value === 'number'));
  if (!good) throw new StreamFault('protocol', 'an answer without a vector for each text');
  return vectors as readonly (readonly number[])[];
}
