import type { MemoryKind, MemoryRecord } from '../../protocol/memory.ts';

export interface MemoryQuery {
  readonly text: string;
  readonly kinds: readonly MemoryKind[];
  /** Records of these folders and those that hold everywhere; undefined: of all folders. */
  readonly workspace?: string;
  readonly limit: number;
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
