import type { Deployment, DeploymentState, Release } from '../../core/deploy/deployment.ts';
import type {
  MemoryChanges,
  MemoryFilter,
  MemoryQuery,
  MemoryRanking,
  Recollection,
  TrialFound,
} from '../../core/memory/memory-ports.ts';
import type { TaskSummary } from '../../core/ports.ts';
import type { MemoryKind, MemoryRecord } from '../../protocol/memory.ts';
import type { LoggedEvent, TaskEvent } from '../../protocol/task-event.ts';

/** What the main thread may ask of the journal's thread: every operation takes one object and answers once. */
export interface JournalOperations {
  /** Must come first. */
  open(input: { readonly file: string }): { readonly warnings: readonly string[] };
  append(input: { readonly taskId: string; readonly events: readonly TaskEvent[] }): {
    readonly firstSeq: number;
    readonly at: string;
  };
  read(input: { readonly taskId: string; readonly fromSeq: number }): readonly LoggedEvent[];
  tasks(input: {
    readonly workspace?: string;
    readonly text?: string;
    readonly limit?: number;
  }): readonly TaskSummary[];
  acquire(input: { readonly taskId: string }): { readonly token: string };
  /** Throws LEASED where the lease was taken away, even before a heartbeat has noticed. */
  confirm(input: { readonly taskId: string; readonly token: string }): { readonly untilMs: number };
  release(input: { readonly taskId: string; readonly token: string }): null;
  reserve(input: {
    readonly id: string;
    readonly day: string;
    readonly usd: number;
    readonly limitUsd: number;
  }): boolean;
  settle(input: { readonly id: string; readonly usd: number }): null;
  readAnswer(input: { readonly key: string; readonly afterMs: number; readonly nowMs: number }): string | null;
  keepAnswer(input: {
    readonly key: string;
    readonly body: string;
    readonly nowMs: number;
    readonly maxBytes: number;
  }): null;
  putMemories(input: { readonly records: readonly MemoryRecord[] }): null;
  removeMemories(input: { readonly ids: readonly string[] }): null;
  searchMemories(input: { readonly query: MemoryQuery }): readonly MemoryRanking[];
  scanMemories(input: {
    readonly kinds: readonly MemoryKind[];
    readonly afterId: string;
    readonly limit: number;
  }): readonly MemoryRecord[];
  memoriesById(input: { readonly ids: readonly string[] }): readonly MemoryRecord[];
  listMemories(input: { readonly filter: MemoryFilter }): readonly MemoryRecord[];
  findTrials(input: {
    readonly action: string;
    readonly failure: string;
    readonly workspace?: string;
    readonly limit: number;
  }): readonly TrialFound[];
  forbidding(input: { readonly workspace: string }): readonly MemoryRecord[];
  recollections(input: { readonly id: string }): readonly Recollection[];
  memoryChanges(input: { readonly key: string; readonly kind: MemoryKind; readonly limit: number }): MemoryChanges;
  advanceReplica(input: { readonly key: string; readonly position: number }): null;
  unembedded(input: { readonly model: string; readonly limit: number }): readonly MemoryRecord[];
  putVectors(input: {
    readonly model: string;
    readonly vectors: readonly { readonly id: string; readonly values: Float32Array }[];
  }): null;
  addDeployment(input: { readonly deployment: Deployment }): null;
  readDeployment(input: { readonly planId: string }): Deployment | null;
  releasesOf(input: { readonly root: string; readonly limit: number }): readonly Release[];
  changeDeployment(input: { readonly from: readonly DeploymentState[]; readonly to: Deployment }): boolean;
  knowsTarget(input: { readonly targetHash: string }): boolean;
  /** The last one: the thread ends after answering. */
  close(input: Record<string, never>): null;
}
/** What the journal's thread says unasked. */
export type JournalNotice = { readonly type: 'lease-lost'; readonly token: string };
