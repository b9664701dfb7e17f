import neo4j, { type Driver } from 'neo4j-driver';
import { abortable } from '../../core/abortable.ts';
import type { MemoryQuery, MemoryReplica } from '../../core/memory/memory-ports.ts';
import { fromFields, toFields } from '../../core/memory/record-fields.ts';
import { tellingWords } from '../../core/memory/words.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { putWorkflows, readWorkflows, removeWorkflows, scanWorkflows, schema } from './cypher.ts';
import { fromNeo4j } from './neo4j-error.ts';

export interface Neo4jOptions {
  /** "bolt://…", "neo4j://…"; with "+s" for TLS, "+ssc" for TLS with a self-signed certificate. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** The user's own and those of teams. */
  readonly namespaces: readonly [string, ...string[]];
}

const batchSize = 200;

/** Workflows in Neo4j as a graph of tasks, steps, tools, preconditions and outcomes. Values only ever go in as parameters. */
export function neo4jMemory(options: Neo4jOptions): MemoryReplica {
  const { url, namespaces, database } = options;
  const driver = neo4j.driver(url, neo4j.auth.basic(options.user ?? 'neo4j', options.password ?? ''), {
    connectionTimeout: 5000,
    connectionAcquisitionTimeout: 10_000,
    maxTransactionRetryTime: 2000,
    disableLosslessIntegers: true,
    telemetryDisabled: true,
    userAgent: 'openmagus',
  });
  const run = runner(driver, database);
  let prepared: Promise<void> | undefined;
  const ask = async <Result>(work: (run: Run) => Promise<Result>, signal: AbortSignal): Promise<Result> => {
    prepared ??= prepare(run).catch((caught: unknown) => {
      prepared = undefined;
      throw caught;
    });
    try {
      return await abortable(
        prepared.then(() => work(run)),
        signal,
      );
    } catch (caught) {
      signal.throwIfAborted();
      throw fromNeo4j(caught, url);
    }
  };
  return {
    name: 'Neo4j',
    kind: 'workflow',
    key: `neo4j ${url} ${database ?? ''} ${namespaces.join(' ')}`,
    put: (records, signal) =>
      ask(async (query) => {
        for (let start = 0; start < records.length; start += batchSize)
          await query(putWorkflows, {
            rows: records.slice(start, start + batchSize).map(rowOf),
          });
      }, signal),
    remove: (ids, signal) =>
      ask(async (query) => {
        await query(removeWorkflows, { namespaces, ids });
      }, signal),
    search: (query, signal) => ask((cypher) => search(cypher, namespaces, query), signal),
    scan: ({ kinds, afterId, limit }, signal) =>
      ask(async (query) => {
        if (!kinds.includes('workflow')) return [];
        return toRecords(await query(scanWorkflows, { namespaces, afterId, limit: neo4j.int(limit) }));
      }, signal),
    warnings: async () => [],
    close: () => driver.close(),
  };
}

type Run = (cypher: string, parameters?: Record<string, unknown>) => Promise<readonly unknown[]>;

/** Runs one statement and gives the first column of its rows. */
function runner(driver: Driver, database: string | undefined): Run {
  return async (cypher, parameters = {}) => {
    const { records } = await driver.executeQuery(cypher, parameters, database === undefined ? {} : { database });
    return records.map((row) => row.get(0) as unknown);
  };
}

async function prepare(run: Run): Promise<void> {
  for (const statement of schema) await run(statement);
}

async function search(run: Run, namespaces: readonly string[], { kinds, text, workspace, limit }: MemoryQuery) {
  const words = tellingWords(text);
  if (!kinds.includes('workflow') || words.length === 0) return [];
  // Each word in quotes: no text can be Lucene syntax.
  const rows = await run(readWorkflows, {
    text: words.map((word) => `"${word}"`).join(' OR '),
    namespaces,
    workspaces: workspace === undefined ? null : ['', workspace],
    limit: neo4j.int(limit),
  });
  return [{ channel: 'Neo4j', records: toRecords(rows) }];
}

function rowOf(record: MemoryRecord): Record<string, unknown> {
  const { workflow } = record;
  return {
    namespace: record.namespace,
    id: record.id,
    properties: toFields(record),
    goals: workflow?.goals ?? [],
    steps: (workflow?.steps ?? []).map((step, position) => ({ ...step, position })),
    preconditions: workflow?.preconditions ?? [],
    outcomes: workflow?.outcomes ?? [],
    supersedes: workflow?.supersedes === null || workflow === undefined ? [] : [workflow.supersedes],
  };
}

function toRecords(rows: readonly unknown[]): readonly MemoryRecord[] {
  return rows.flatMap((fields) => {
    const record = fromFields(fields as Record<string, unknown>);
    return record ? [record] : [];
  });
}
