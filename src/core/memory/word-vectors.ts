import { tellingWords } from './words.ts';

/** Makes vectors of texts. */
export interface VectorModel {
  /** Its name: vectors of different models are never mixed. */
  readonly model: string;
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}
/** One whose vectors have a length that is known beforehand, as a server's collection wants it. */
export interface Embedder extends VectorModel {
  readonly dimension: number;
}

const dimension = 256;

/** Vectors without a model: each word is hashed to a place. Texts are near when they share words; it knows no meaning. */
export const wordEmbedder: Embedder = {
  model: 'words',
  dimension,
  embed: async (texts) => texts.map(wordVector),
};

function wordVector(text: string): Float32Array {
  const vector = new Float32Array(dimension);
  for (const word of tellingWords(text)) {
    const hash = fnv1a(word.length > 4 ? word.replace(/(?:ies|ing|ed|es|s)$/, '') : word);
    const place = hash % dimension;
    vector[place] = (vector[place] ?? 0) + (hash & 0x8000_0000 ? -1 : 1);
  }
  const length = Math.hypot(...vector);
  // Without a word there is no direction, and a server refuses a vector without one.
  if (length === 0) return vector.with(0, 1);
  return vector.map((value) => value / length);
}

/** http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(word: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < word.length; index += 1)
    hash = Math.imul(hash ^ word.charCodeAt(index), 0x0100_0193) >>> 0;
  return hash;
}
