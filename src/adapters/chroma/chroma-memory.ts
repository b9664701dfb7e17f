import { ChromaClient, type Collection, type Where } from 'chromadb';
import { abortable } from '../../core/abortable.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { MemoryQuery, MemoryReplica } from '../../core/memory/memory-ports.ts';
import type { Seal } from '../../core/memory/seal.ts';
import { openRecord, sealRecord } from '../../core/memory/sealed-record.ts';
import type { Embedder } from '../../core/memory/word-vectors.ts';
import type { Lookup } from '../../core/security/guarded-lookup.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { fromChroma } from './chroma-error.ts';
import { chromaFetch } from './chroma-fetch.ts';

export interface ChromaOptions {
  /** "http://…" or "https://…" for TLS. */
  readonly url: string;
  readonly token?: string;
  /** Asked for when the server is first used. */
  readonly seal: () => Promise<Seal>;
  /** PEM text of the authority that signed the server's certificate. */
  readonly ca?: string;
  /** The system's own where there is none. */
  readonly lookup?: Lookup;
  readonly tenant?: string;
  readonly database?: string;
  /** The user's own and those of teams. */
  readonly namespaces: readonly [string, ...string[]];
  readonly embedder: Embedder;
}

const batchSize = 500;
const pageSize = 1000;
/** Of what is kept there; one more whenever an older OpenMagus could not read it. */
const schemaVersion = 1;

interface Facts {
  readonly collection: Collection;
  readonly seal: Seal;
}

/**
 * Facts in Chroma, with vectors made here: one collection for each model and dimension, so that they never mix. The records
 * themselves are sealed: Chroma keeps bytes of what was deleted for as long as it likes, and no call makes it wipe them.
 */
export function chromaMemory(options: ChromaOptions): MemoryReplica {
  const { embedder, namespaces, url } = options;
  const openCollection = once(() => open(options));
  const ask = async <Result>(work: (facts: Facts) => Promise<Result>, signal: AbortSignal): Promise<Result> => {
    try {
      return await abortable(openCollection().then(work), signal);
    } catch (caught) {
      signal.throwIfAborted();
      throw fromChroma(caught, url);
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
      ask(async ({ collection }) => {
        if (ids.length === 0) return;
        const keys = namespaces.flatMap((namespace) => ids.map((id) => keyOf(namespace, id)));
        await collection.delete({ ids: keys });
      }, signal),
    search: (query, signal) => ask((facts) => search(facts, options, query, signal), signal),
    scan: ({ kinds, afterId, limit }, signal) =>
      ask(async (facts) => {
        if (!kinds.includes('fact')) return [];
        const later = (await allKeys(facts.collection, namespaces)).filter(({ id }) => id > afterId);
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

async function open({ url, token, seal, ca, tenant, database, embedder, lookup }: ChromaOptions): Promise<Facts> {
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
  // The client's own way to the server hides why it was not reached, and it offers no other in its options.
  const api: unknown = Reflect.get(client, 'apiClient');
  (api as { setConfig(config: { fetch: typeof fetch }): void }).setConfig({ fetch: chromaFetch(ca, url, lookup) });
  const collection = await client.getOrCreateCollection({
    name: collectionName(embedder),
    embeddingFunction: null,
    configuration: { hnsw: { space: 'cosine' } },
    metadata: { schema: schemaVersion },
  });
  assertKnownSchema(collection, url);
  return { collection, seal: await seal() };
}

function assertKnownSchema({ metadata }: Collection, url: string): void {
  const schema = Number(metadata?.['schema'] ?? schemaVersion);
  if (schema <= schemaVersion) return;
  throw new MagusError(
    'memory-unavailable',
    `Chroma at ${url} holds facts of a newer OpenMagus (schema ${schema}; this one knows ${schemaVersion}). Nothing is written there. Update OpenMagus on this machine.`,
    { code: 'NEWER_SCHEMA' },
  );
}

async function upsert(
  { collection, seal }: Facts,
  embedder: Embedder,
  records: readonly MemoryRecord[],
  signal: AbortSignal,
): Promise<void> {
  const vectors = await embedder.embed(
    records.map(({ title, text }) => `${title}\n${text}`),
    signal,
  );
  await collection.upsert({
    ids: records.map(({ namespace, id }) => keyOf(namespace, id)),
    embeddings: vectors.map((vector) => [...vector]),
    documents: records.map((record) => sealRecord(seal, record)),
    // What the server must know to choose among them.
    metadatas: records.map(({ namespace, workspace }) => ({ namespace, workspace })),
  });
}

async function search(
  { collection, seal }: Facts,
  { embedder, namespaces }: ChromaOptions,
  { kinds, text, vector: made, workspace, limit }: MemoryQuery,
  signal: AbortSignal,
) {
  if (!kinds.includes('fact') || text.trim() === '') return [];
  const [vector] = made?.model === embedder.model ? [made.values] : await embedder.embed([text], signal);
  if (vector === undefined) return [];
  const mine: Where = { namespace: { $in: [...namespaces] } };
  const where: Where = workspace === undefined ? mine : { $and: [mine, { workspace: { $in: ['', workspace] } }] };
  const rows = await collection.query({ queryEmbeddings: [[...vector]], nResults: limit, where });
  const ids = rows.ids[0] ?? [];
  const records = ids.flatMap((id, index) => {
    // Words that meet nowhere are at distance 1 or more.
    if ((rows.distances[0]?.[index] ?? 1) >= farthest) return [];
    return unsealed(seal, id, rows.documents[0]?.[index]);
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

async function byKeys({ collection, seal }: Facts, ids: string[]): Promise<MemoryRecord[]> {
  if (ids.length === 0) return [];
  const found = await collection.get({ ids, include: ['documents'] });
  return found.ids.flatMap((id, index) => unsealed(seal, id, found.documents[index]));
}

function unsealed(seal: Seal, key: string, sealed: string | null | undefined): readonly MemoryRecord[] {
  const [kindOfOwner = '', owner = ''] = key.split('/', 2);
  const namespace = `${kindOfOwner}/${owner}`;
  const record = openRecord(seal, { namespace, id: key.slice(namespace.length + 1), sealed: sealed ?? '' });
  return record ? [record] : [];
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
