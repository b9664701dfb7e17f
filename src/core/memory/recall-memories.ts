import type { MemoryKind } from '../../protocol/memory.ts';
import type { MemoryHit } from '../../protocol/task-event.ts';
import { toMagusError } from '../errors/magus-error.ts';
import { estimateTokens } from '../models/estimate-tokens.ts';
import type { Ports } from '../ports.ts';
import { byPinThenScore, type Fused, fuse, holds } from './fuse.ts';
import type { MemoryQuery, MemoryRanking } from './memory-ports.ts';

export interface RecallRequest {
  readonly text: string;
  readonly kinds: readonly MemoryKind[];
  readonly workspace?: string;
  /** Folders against which citations are checked; none: they are not. */
  readonly roots: readonly string[];
  readonly limit: number;
  /** Hits that do not fit are left out. */
  readonly tokens?: number;
  /** What the user has pinned for these folders is told as well, whatever the text says. */
  readonly withPinned?: boolean;
}
export interface Recalled {
  readonly hits: readonly MemoryHit[];
  /** What could not be asked; the hits are those of the others. */
  readonly warnings: readonly string[];
}

type RecallPorts = Pick<Ports, 'clock' | 'memory' | 'files' | 'hash'>;

const candidates = 50;
const mostPinned = 10;
/** A server that is slower costs nothing but a warning. */
const serverMs = 300;
const staleFactor = 0.3;
const mostText = 4000;

/** Everything remembered that fits the text, over all kinds and keepers, the best first, each with why it was found. */
export async function recallMemories(
  ports: RecallPorts,
  request: RecallRequest,
  signal: AbortSignal,
): Promise<Recalled> {
  const { text, kinds, workspace, limit } = request;
  const warnings: string[] = [];
  const warn = (what: string, caught: unknown): void => {
    signal.throwIfAborted();
    warnings.push(`${what}: ${toMagusError(caught).message}`);
  };
  const vector = await vectorOf(ports, text, signal).catch((caught: unknown) => {
    warn('The embedding model was not asked', caught);
    return undefined;
  });
  const query: MemoryQuery = {
    text,
    kinds,
    limit: Math.max(candidates, limit),
    ...(workspace === undefined ? {} : { workspace }),
    ...(vector ? { vector } : {}),
  };
  const own = ports.memory.store.search(query, signal);
  const [mine, theirs] = await Promise.all([own, askReplicas(ports, query, warn, signal)]);
  const fused = fuse([...mine, ...theirs], ports.clock.now());
  const pinned = request.withPinned ? await pinnedBeside(ports, request, fused) : [];
  const checked = await demoteStale(ports, [...pinned, ...fused.slice(0, limit * 2)], request.roots);
  return { hits: within(checked.slice(0, limit + pinned.length), request.tokens).map(toHit), warnings };
}

/** Pinned records that the text did not find. */
async function pinnedBeside(
  { clock, memory }: RecallPorts,
  { kinds, workspace }: RecallRequest,
  found: readonly Fused[],
): Promise<readonly Fused[]> {
  const known = new Set(found.map(({ record }) => record.id));
  const filter = { kinds, pinned: true, limit: mostPinned, ...(workspace === undefined ? {} : { workspace }) };
  const pinned = await memory.store.list(filter);
  return pinned
    .filter((record) => !known.has(record.id) && holds(record, clock.now()))
    .map((record) => ({ record, score: 0, why: [] }));
}

async function askReplicas(
  ports: RecallPorts,
  query: MemoryQuery,
  warn: (what: string, caught: unknown) => void,
  signal: AbortSignal,
): Promise<readonly MemoryRanking[]> {
  const replicas = (await ports.memory.replicas()).filter(({ kind }) => query.kinds.includes(kind));
  const answers = replicas.map(async (replica) =>
    replica.search(query, within300(signal)).catch((caught: unknown) => {
      warn(`${replica.name} was not asked`, caught);
      return [];
    }),
  );
  return (await Promise.all(answers)).flat();
}

async function vectorOf(ports: RecallPorts, text: string, signal: AbortSignal): Promise<MemoryQuery['vector']> {
  const { embedder } = ports.memory;
  if (!embedder || text.trim() === '') return undefined;
  const [values] = await embedder.embed([text], within300(signal));
  return values && { model: embedder.model, values };
}

function within300(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(serverMs)]);
}

/** A fact whose source changed since is worth less; it is still told, with a word of warning. */
async function demoteStale(
  ports: RecallPorts,
  fused: readonly Fused[],
  roots: readonly string[],
): Promise<readonly Fused[]> {
  const checked = fused.map(async (entry) => {
    const cites = await Promise.all(entry.record.cites.map((cite) => isStale(ports, roots, cite)));
    const stale = entry.record.cites.filter((_cite, index) => cites[index]).map(({ path }) => path);
    return stale.length === 0
      ? entry
      : { ...entry, score: entry.score * staleFactor, why: [...entry.why, `stale: ${stale.join(', ')} changed since`] };
  });
  const all = await Promise.all(checked);
  return all.some(({ record }) => record.cites.length > 0) ? all.sort(byPinThenScore) : all;
}

const mostCitedBytes = 2_000_000;

async function isStale(
  { files, hash }: RecallPorts,
  roots: readonly string[],
  { path, sha256 }: { readonly path: string; readonly sha256: string },
): Promise<boolean> {
  if (roots.length === 0) return false;
  for (const root of roots) {
    const bytes = await files.read(`${root}/${path}`, mostCitedBytes).catch(() => undefined);
    // Without a hash nobody knows what the file was: it is enough that it is there.
    if (bytes && (sha256 === '' || hash.sha256(bytes) === sha256)) return false;
  }
  return true;
}

function within(fused: readonly Fused[], tokens: number | undefined): readonly Fused[] {
  if (tokens === undefined) return fused;
  let left = tokens;
  return fused.filter(({ record }) => {
    const cost = estimateTokens(`${record.title}\n${record.text.slice(0, mostText)}`);
    if (cost > left) return false;
    left -= cost;
    return true;
  });
}

function toHit({ record, score, why }: Fused): MemoryHit {
  const { id, kind, title, text, pinned } = record;
  return {
    id,
    kind,
    title,
    text: text.slice(0, mostText),
    score,
    why: [...(pinned ? ['pinned'] : []), ...why].join('; '),
  };
}
