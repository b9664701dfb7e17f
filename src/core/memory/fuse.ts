import type { MemoryRecord } from '../../protocol/memory.ts';
import type { MemoryRanking } from './memory-ports.ts';
import { successProbability } from './success.ts';

export interface Fused {
  readonly record: MemoryRecord;
  readonly score: number;
  /** Why it was found, for the user. */
  readonly why: readonly string[];
}

/** Reciprocal-rank fusion: 60 damps the lead of a first rank (Cormack, Clarke, Büttcher 2009). */
const damping = 60;
/** Servers rank copies of what the embedded store ranks, so they add what it lacks rather than a second vote. */
const serverWeight = 0.3;
/** Measured with a small model (docs/benchmarks.md): at full weight vectors push out what words found, so they only add what words miss. */
const vectorWeight = 0.1;
const servers: ReadonlySet<string> = new Set(['Redis', 'Chroma', 'Neo4j']);
/** An episode of this moment counts this much more; the advantage halves every 30 days. */
const freshness = 0.15;
const halfLifeMs = 30 * 86_400_000;
/** A workflow this far below the best match is about something else, whatever its success. */
const similarityGate = 0.6;

/** One list from several rankings, the best first. What no longer holds, waits for review or is retired is not in it. */
export function fuse(rankings: readonly MemoryRanking[], nowMs: number): readonly Fused[] {
  const found = new Map<string, { record: MemoryRecord; score: number; why: string[] }>();
  for (const { channel, records } of rankings) {
    const weight = servers.has(channel) ? serverWeight : channel === 'vectors' ? vectorWeight : 1;
    for (const [index, record] of records.entries()) {
      const entry = found.get(record.id) ?? { record, score: 0, why: [] };
      entry.score += weight / (damping + index + 1);
      entry.why.push(`${channel}, rank ${index + 1}`);
      found.set(record.id, entry);
    }
  }
  const fused = [...found.values()]
    .filter(({ record }) => holds(record, nowMs))
    .map((entry) => ({ ...entry, score: entry.score * (1 + freshnessOf(entry.record, nowMs)) }))
    .sort(byPinThenScore);
  return rankWorkflows(fused);
}

export function byPinThenScore(a: Fused, b: Fused): number {
  return Number(b.record.pinned) - Number(a.record.pinned) || b.score - a.score || (a.record.at < b.record.at ? 1 : -1);
}

export function holds(record: MemoryRecord, nowMs: number): boolean {
  return unheldBecause(record, nowMs) === undefined;
}

/** Why no task is told of a record; undefined: it holds. */
export function unheldBecause(record: MemoryRecord, nowMs: number): string | undefined {
  if (record.validTo !== null && Date.parse(record.validTo) <= nowMs)
    return record.supersededBy === null ? 'no longer holds' : 'superseded by a newer one';
  if (record.review && !record.pinned) return 'waits for your review';
  return record.workflow?.status === 'retired' ? 'retired, for it kept failing' : undefined;
}

function freshnessOf({ kind, at }: MemoryRecord, nowMs: number): number {
  if (kind !== 'episode') return 0;
  const age = Math.max(0, nowMs - (Date.parse(at) || 0));
  return freshness * 2 ** (-age / halfLifeMs);
}

/** Similarity gates, success ranks: workflows change places among themselves, the other hits keep theirs. */
function rankWorkflows(fused: readonly Fused[]): readonly Fused[] {
  const workflows = fused.filter(({ record }) => record.workflow !== undefined);
  const best = Math.max(...workflows.map(({ score }) => score), 0);
  const alike = workflows
    .filter(({ score }) => score >= best * similarityGate)
    .map((entry) => ({ ...entry, why: [...entry.why, recordOf(entry.record)] }))
    .sort((a, b) => probabilityOf(b.record) - probabilityOf(a.record) || b.score - a.score);
  return fused.flatMap((entry) => {
    if (entry.record.workflow === undefined) return [entry];
    const next = alike.shift();
    return next ? [next] : [];
  });
}

function probabilityOf({ workflow }: MemoryRecord): number {
  return workflow ? successProbability(workflow) : 0;
}

function recordOf({ workflow }: MemoryRecord): string {
  if (!workflow) return '';
  const last = workflow.outcomes.at(-1)?.at.slice(0, 10);
  return `worked ${workflow.successes} of ${workflow.runs} times${last === undefined ? '' : `, last on ${last}`}`;
}
