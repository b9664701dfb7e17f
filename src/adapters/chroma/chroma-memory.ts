import { ChromaClient, type Collection, type Where } from 'chromadb';
import { abortable } from '../../core/abortable.ts';
import type { MemoryQuery, MemoryReplica } from '../../core/memory/memory-ports.ts';
import { fromFields, toFields } from '../../core/memory/record-fields.ts';
import type { Embedder } from '../../core/memory/word-vectors.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { fromChroma } from './chroma-error.ts';

export interface ChromaOptions {
  /** "http://…" or "https://…" for TLS. */
  readonly url: string;
  readonly token?: string;
  readonly tenant?: string;
  readonly database?: string;
  /** The user's own and those of teams. */
  readonly namespaces: readonly [string, ...string[]];
  readonly embedder: Embedder;
}

const batchSize = 500;
const pageSize = 1000;
const syncThreshold = 500;

/** Facts in Chroma, with vectors made here: one collection for each model and dimension, so that they never mix. */
export function chromaMemory(options: ChromaOptions): MemoryReplica {
  const { embedder, namespaces, url } = options;
  const openCollection = once(() => open(options));
  const ask = async <Result>(work: (facts: Collection) => Promise<Result>, signal: AbortSignal): Promise<Result> => {
    try {
      return await abortable(openCollection().then(work), signal);
    } catch (caught) {
      signal.throwIfAborted();
      throw fromChroma(await reasonOf(caught, url, signal), url);
    }
  };
  return {
    name: 'Chroma',
    kind: 'fact',
    key: `chroma ${url} ${collectionName(embedder)} ${namespaces.join(' ')}`,
    put: (records, signal) =>
      ask(async (facts) => {
        // The server refuses a batch that names an id twice.
        const last = [...new Map(records.map((record) => [keyOf(record.namespace, record.id), record])).values()];
        for (let start = 0; start < last.length; start += batchSize)
          await upsert(facts, embedder, last.slice(start, start + batchSize), signal);
      }, signal),
    remove: (ids, signal) =>
      ask(async (facts) => {
        if (ids.length === 0) return;
        const keys = namespaces.flatMap((namespace) => ids.map((id) => keyOf(namespace, id)));
        const known = await blank(facts, keys, embedder.dimension);
        if (known.length === 0) return;
        await facts.delete({ ids: known });
        await pushOut(facts, embedder.dimension);
      }, signal),
    search: (query, signal) => ask((facts) => search(facts, options, query, signal), signal),
    scan: ({ kinds, afterId, limit }, signal) =>
      ask(async (facts) => {
        if (!kinds.includes('fact')) return [];
        const later = (await allKeys(facts, namespaces)).filter(({ id }) => id > afterId);
        const wanted = later.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
        const records = await byKeys(
          facts,
          wanted.map(({ key }) => key),
        );
        return records.sort((a, b) => (a.id < b.id ? -1 : 1));
      }, signal),
    warnings: async () => [],
    close: async () => {},
  };
}

/** The client does not say why it could not connect, so it is asked for once more without it. */
async function reasonOf(caught: unknown, url: string, signal: AbortSignal): Promise<unknown> {
  if (!(caught instanceof Error) || caught.name !== 'ChromaConnectionError') return caught;
  return fetch(new URL('/api/v2/heartbeat', url), { signal }).then(
    () => caught,
    (reason: unknown) => reason,
  );
}

async function open({ url, token, tenant, database, embedder }: ChromaOptions): Promise<Collection> {
  const { hostname, port, protocol } = new URL(url);
  const ssl = protocol === 'https:';
  const client = new ChromaClient({
    host: hostname,
    port: Number(port) || (ssl ? 443 : 8000),
    ssl,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}`, 'x-chroma-token': token } }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(database === undefined ? {} : { database }),
  });
  return client.getOrCreateCollection({
    name: collectionName(embedder),
    embeddingFunction: null,
    configuration: { hnsw: { space: 'cosine', sync_threshold: syncThreshold, batch_size: 100 } },
  });
}

async function upsert(
  facts: Collection,
  embedder: Embedder,
  records: readonly MemoryRecord[],
  signal: AbortSignal,
): Promise<void> {
  const vectors = await embedder.embed(
    records.map(({ title, text }) => `${title}\n${text}`),
    signal,
  );
  await facts.upsert({
    ids: records.map(({ namespace, id }) => keyOf(namespace, id)),
    embeddings: vectors.map((vector) => [...vector]),
    documents: records.map(({ text }) => text),
    metadatas: records.map((record) => {
      const { text: _text, ...fields } = toFields(record);
      return fields;
    }),
  });
}

/** Chroma's file keeps a deleted row's bytes until they are overwritten, so they are before the row goes. */
async function blank(facts: Collection, ids: readonly string[], dimension: number): Promise<string[]> {
  const known = await facts.get({ ids: [...ids], include: ['metadatas', 'documents'] });
  if (known.ids.length === 0) return [];
  await facts.update({
    ids: known.ids,
    embeddings: known.ids.map(() => Array.from({ length: dimension }, (_, index) => (index === 0 ? 1 : 0))),
    documents: known.documents.map((text) => ' '.repeat(text?.length ?? 0)),
    metadatas: known.metadatas.map((fields) =>
      Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, ' '.repeat(String(value).length)])),
    ),
  });
  return known.ids;
}

/**
 * The server's log of writes keeps what was deleted until so many writes later its index is saved: so many writes of nothing
 * follow.
 */
async function pushOut(facts: Collection, dimension: number): Promise<void> {
  const ids = Array.from({ length: syncThreshold * 0.6 }, (_, index) => `openmagus-nothing-${index}`);
  const nothing = Array.from({ length: dimension }, (_, index) => (index === 0 ? 1 : 0));
  const documents = ids.map(() => ' '.repeat(500));
  // The first round empties the log, the second one takes its free pages; the third is for a server that was busy meanwhile.
  for (let round = 0; round < 3; round += 1) {
    await facts.upsert({ ids, embeddings: ids.map(() => nothing), documents });
    await facts.delete({ ids });
  }
}

async function search(
  facts: Collection,
  { embedder, namespaces }: ChromaOptions,
  { kinds, text, workspace, limit }: MemoryQuery,
  signal: AbortSignal,
) {
  if (!kinds.includes('fact') || text.trim() === '') return [];
  const [vector] = await embedder.embed([text], signal);
  if (vector === undefined) return [];
  const mine: Where = { namespace: { $in: [...namespaces] } };
  const where: Where = workspace === undefined ? mine : { $and: [mine, { workspace: { $in: ['', workspace] } }] };
  const rows = await facts.query({ queryEmbeddings: [[...vector]], nResults: limit, where });
  const ids = rows.ids[0] ?? [];
  const records = ids.flatMap((_id, index) => {
    // Words that meet nowhere are at distance 1 or more.
    if ((rows.distances[0]?.[index] ?? 1) >= farthest) return [];
    const record = fromFields({ ...rows.metadatas[0]?.[index], text: rows.documents[0]?.[index] ?? '' });
    return record ? [record] : [];
  });
  return [{ channel: 'Chroma', records }];
}

const farthest = 0.999;

async function allKeys(facts: Collection, namespaces: readonly string[]): Promise<{ key: string; id: string }[]> {
  const keys: { key: string; id: string }[] = [];
  for (const namespace of namespaces) {
    for (let offset = 0; ; offset += pageSize) {
      const { ids } = await facts.get({ where: { namespace }, include: [], limit: pageSize, offset });
      keys.push(...ids.map((key) => ({ key, id: key.slice(namespace.length + 1) })));
      if (ids.length < pageSize) break;
    }
  }
  return keys;
}

async function byKeys(facts: Collection, ids: string[]): Promise<MemoryRecord[]> {
  if (ids.length === 0) return [];
  const found = await facts.get({ ids, include: ['metadatas', 'documents'] });
  return found.ids.flatMap((_id, index) => {
    const record = fromFields({ ...found.metadatas[index], text: found.documents[index] ?? '' });
    return record ? [record] : [];
  });
}

function collectionName({ model, dimension }: Embedder): string {
  return `openmagus-facts-${model.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 60)}-${dimension}`;
}

function keyOf(namespace: string, id: string): string {
  return `${namespace}/${id}`;
}

/** The same promise for everybody; a failure is tried again the next time. */
function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  return () => {
    running ??= work().catch((caught: unknown) => {
      running = undefined;
      throw caught;
    });
    return running;
  };
}
