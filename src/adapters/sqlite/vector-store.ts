import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MemoryQuery } from '../../core/memory/memory-ports.ts';
import type { JournalOperations } from './journal-protocol.ts';
import { toRecord } from './memory-store.ts';
import { inTransaction } from './transaction.ts';

type Row = NonNullable<ReturnType<StatementSync['get']>>;

export interface VectorStore extends Pick<JournalOperations, 'unembedded' | 'putVectors'> {
  /** Rows with a `body`, the nearest first; none without a vector in the query. */
  nearest(query: MemoryQuery): readonly Row[];
}

/** Of this many that agree best in the signs of their numbers, the cosine decides: .997 of the true nearest are among them. */
const rescored = 400;
/** Less alike than this is noise. */
const leastCosine = 0.25;

/** Nearest vectors without an index: one bit a number is compared for all, the numbers themselves for the best. */
export function createVectorStore(database: DatabaseSync): VectorStore {
  const missing = database.prepare(
    `SELECT body FROM memory WHERE NOT EXISTS (SELECT 1 FROM memory_vector WHERE memory = memory.id AND model = ?)
     ORDER BY id DESC LIMIT ?`,
  );
  const write = database.prepare(
    `INSERT OR REPLACE INTO memory_vector(memory, model, bits, numbers)
     SELECT id, ?, ?, ? FROM memory WHERE memory_id = ?`,
  );
  const numbersOf = database.prepare('SELECT numbers FROM memory_vector WHERE model = ? AND memory = ?');
  const body = database.prepare(
    `SELECT body FROM memory WHERE id = ?1 AND kind IN (SELECT value FROM json_each(?2))
     AND (?3 IS NULL OR workspace IN ('', ?3))`,
  );
  const signs = createSignCache(database);
  return {
    unembedded: ({ model, limit }) => missing.all(model, limit).map(toRecord),
    putVectors: ({ model, vectors }) =>
      inTransaction(database, () => {
        for (const { id, values } of vectors) write.run(model, signsOf(values), bytesOf(values), id);
        signs.forget();
        return null;
      }),
    nearest: ({ vector, kinds, workspace, limit }) => {
      if (!vector) return [];
      const scored = signs
        .closest(vector.model, signsOf(vector.values), rescored)
        .map((memory) => ({ memory, cosine: cosine(vector.values, numbersOf.get(vector.model, memory)?.['numbers']) }))
        .filter((candidate) => candidate.cosine >= leastCosine)
        .sort((a, b) => b.cosine - a.cosine);
      const rows: Row[] = [];
      for (const { memory } of scored) {
        if (rows.length >= limit) break;
        rows.push(...body.all(memory, JSON.stringify(kinds), workspace ?? null));
      }
      return rows;
    },
  };
}

interface SignCache {
  closest(model: string, signs: Uint8Array, count: number): readonly number[];
  forget(): void;
}

/** The signs of all vectors of a model in one block, read again when any process has written. */
function createSignCache(database: DatabaseSync): SignCache {
  const version = database.prepare('PRAGMA data_version');
  const all = database.prepare('SELECT memory, bits FROM memory_vector WHERE model = ? ORDER BY memory');
  let cached:
    | { model: string; version: unknown; memories: Float64Array; words: Uint32Array; width: number }
    | undefined;
  const load = (model: string, width: number) => {
    const now = version.get()?.['data_version'];
    if (cached?.model === model && cached.version === now && cached.width === width) return cached;
    const rows = all.all(model).filter((row) => (row['bits'] as Uint8Array).length === width * 4);
    const words = new Uint32Array(rows.length * width);
    const bytes = new Uint8Array(words.buffer);
    for (const [index, row] of rows.entries()) bytes.set(row['bits'] as Uint8Array, index * width * 4);
    cached = { model, version: now, memories: Float64Array.from(rows, (row) => Number(row['memory'])), words, width };
    return cached;
  };
  return {
    forget: () => {
      cached = undefined;
    },
    closest: (model, signs, count) => {
      const wanted = new Uint32Array(signs.slice().buffer);
      const { memories, words, width } = load(model, wanted.length);
      const distances = new Uint16Array(memories.length);
      const atDistance = new Uint32Array(width * 32 + 1);
      for (let index = 0; index < memories.length; index += 1) {
        let distance = 0;
        for (let word = 0; word < width; word += 1)
          distance += bitCount((words[index * width + word] ?? 0) ^ (wanted[word] ?? 0));
        distances[index] = distance;
        atDistance[distance] = (atDistance[distance] ?? 0) + 1;
      }
      let farthest = 0;
      for (let sum = atDistance[0] ?? 0; sum < count && farthest < width * 32; sum += atDistance[farthest] ?? 0)
        farthest += 1;
      return [...memories].filter((_memory, index) => (distances[index] ?? 0) <= farthest);
    },
  };
}

function bitCount(value: number): number {
  let bits = value - ((value >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** One bit a number, padded to whole 32-bit words. */
function signsOf(values: Float32Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 32) * 4);
  for (const [index, value] of values.entries())
    if (value > 0) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  return bits;
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function cosine(a: Float32Array, stored: unknown): number {
  if (!(stored instanceof Uint8Array) || stored.length !== a.length * 4) return -1;
  const b = new Float32Array(stored.slice().buffer);
  let product = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let index = 0; index < a.length; index += 1) {
    const x = a[index] ?? 0;
    const y = b[index] ?? 0;
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  return product / (Math.sqrt(lengthA * lengthB) || 1);
}
