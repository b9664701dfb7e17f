import type { MemoryKind, MemoryRecord, Trial } from '../../protocol/memory.ts';
import type { Lease } from '../ports.ts';
import type { VectorModel } from './word-vectors.ts';

export interface MemoryQuery {
  readonly text: string;
  readonly kinds: readonly MemoryKind[];
  /** Records of these folders and those that hold everywhere; undefined: of all folders. */
  readonly workspace?: string;
  readonly limit: number;
  /** Of the text, by the configured embedding model. */
  readonly vector?: { readonly model: string; readonly values: Float32Array };
}

/** Records found by one way of looking, the best first. */
export interface MemoryRanking {
  /** For the user: "full text", "Redis". */
  readonly channel: string;
  readonly records: readonly MemoryRecord[];
}

/** Whatever keeps records: the embedded store and each server. Writing is idempotent by id. */
export interface MemoryKeeper {
  /** Resolves when they are kept; a record with a known id replaces the old one. */
  put(records: readonly MemoryRecord[], signal: AbortSignal): Promise<void>;
  /** Leaves nothing of them; unknown ids are no error. */
  remove(ids: readonly string[], signal: AbortSignal): Promise<void>;
  search(query: MemoryQuery, signal: AbortSignal): Promise<readonly MemoryRanking[]>;
  /** Records of these kinds with an id after `afterId`, sorted by id (code points), at most `limit`. */
  scan(
    page: { readonly kinds: readonly MemoryKind[]; readonly afterId: string; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly MemoryRecord[]>;
}

export interface MemoryFilter {
  readonly kinds?: readonly MemoryKind[];
  readonly workspace?: string;
  readonly source?: string;
  readonly taskId?: string;
  readonly pinned?: boolean;
  /** Whether it waits for the user's review. */
  readonly review?: boolean;
  /** ISO 8601: from this moment on, up to before that one. */
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

/** What was tried and how it went, with the record that tells of it. */
export interface TrialFound extends Trial {
  readonly memoryId: string;
  readonly at: string;
}

/** A task that was told of a memory at its beginning. */
export interface Recollection {
  readonly taskId: string;
  readonly goal: string;
  readonly at: string;
  /** Why it was found, in the words of the time. */
  readonly why: string;
}

/** The embedded store: the truth that replicas are copies of. */
export interface MemoryStore extends MemoryKeeper {
  byIds(ids: readonly string[]): Promise<readonly MemoryRecord[]>;
  /** The newest first. */
  list(filter: MemoryFilter): Promise<readonly MemoryRecord[]>;
  /** Trials of the very action, or that met the very failure, of what waits for no review; the newest first. */
  trials(
    query: { readonly action: string; readonly failure: string; readonly workspace?: string; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly TrialFound[]>;
  /** Facts of the user, or pinned by the user, that may forbid something in this folder. */
  forbidding(workspace: string): Promise<readonly MemoryRecord[]>;
  /** Which of the latest tasks were told of it, the newest first. */
  recollections(id: string): Promise<readonly Recollection[]>;
  /** What a replica has not been told yet, oldest first; from the beginning when it is unknown. */
  changes(replica: { readonly key: string; readonly kind: MemoryKind; readonly limit: number }): Promise<MemoryChanges>;
  /** The replica has everything up to this change. 0: it shall get everything anew. */
  advance(key: string, position: number): Promise<void>;
  /** Takes care that one process at a time fills a replica; undefined: another one does. */
  lock(key: string): Promise<Lease | undefined>;
  /** Records without a vector of this model. */
  unembedded(model: string, limit: number): Promise<readonly MemoryRecord[]>;
  putVectors(model: string, vectors: readonly { readonly id: string; readonly values: Float32Array }[]): Promise<void>;
}
export interface MemoryChanges {
  readonly puts: readonly MemoryRecord[];
  readonly removed: readonly string[];
  /** Of the last of these changes. */
  readonly position: number;
  /** Changes that wait in all, these included. */
  readonly waiting: number;
}

/** A server that holds a copy of one kind. Everything throws `memory-unavailable` when the server does not do it. */
export interface MemoryReplica extends MemoryKeeper {
  readonly name: 'Redis' | 'Chroma' | 'Neo4j';
  readonly kind: MemoryKind;
  /** Tells this copy from others: the outbox keeps a position for each. */
  readonly key: string;
  /** What the user should know about the server though it works. */
  warnings(signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Everything that remembers, as the core sees it. */
export interface Memory {
  readonly store: MemoryStore;
  /** The servers that are configured; their clients are loaded when first asked for. */
  replicas(): Promise<readonly MemoryReplica[]>;
  readonly embedder: VectorModel | undefined;
  /** Of new records: "user/NAME". */
  readonly namespace: string;
  /** "team/NAME", where the user is in one. */
  readonly team: string | undefined;
  /** Tells whoever fills the replicas that there is something new; returns at once. */
  changed(): void;
  /** Learning that nobody waits for: it may fail, and is given up a while after the program wants to end. */
  later(work: (signal: AbortSignal) => Promise<void>): void;
  /** Waits at most so long until the replicas have everything; gives the names of those that do not. */
  settle(ms: number): Promise<readonly string[]>;
}
