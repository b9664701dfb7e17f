import neo4j, { type Config, type Driver } from 'neo4j-driver';
import { abortable } from '../../core/abortable.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { MemoryQuery, MemoryReplica } from '../../core/memory/memory-ports.ts';
import { stem } from '../../core/memory/rank-by-words.ts';
import type { Seal } from '../../core/memory/seal.ts';
import { openRecord, sealRecord } from '../../core/memory/sealed-record.ts';
import { tellingWords } from '../../core/memory/words.ts';
import type { Lookup } from '../../core/security/guarded-lookup.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import {
  putWorkflows,
  readSchemaVersion,
  readWorkflows,
  removeWorkflows,
  scanWorkflows,
  schema,
  schemaVersion,
} from './cypher.ts';
import { guardDials } from './guard-dials.ts';
import { fromNeo4j } from './neo4j-error.ts';

export interface Neo4jOptions {
  /** "bolt://…", "neo4j://…"; with "+s" for TLS, "+ssc" for TLS with a self-signed certificate. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** Asked for when the server is first used. */
  readonly seal: () => Promise<Seal>;
  /** PEM file of the authority that signed the server's certificate, for an address with "+s". */
  readonly caFile?: string;
  /** The system's own where there is none. */
  readonly lookup?: Lookup;
  /** The user's own and those of teams. */
  readonly namespaces: readonly [string, ...string[]];
}

const batchSize = 200;

/**
 * Workflows in Neo4j as a graph of tasks, steps, tools, preconditions and outcomes. Values only ever go in as parameters, and
 * what somebody wrote is sealed: the transaction log keeps what was deleted for days, and no query makes it forget.
 */
export function neo4jMemory(options: Neo4jOptions): MemoryReplica {
  const { url, namespaces, database } = options;
  // The driver takes a certificate authority only beside an address without "+s".
  const ownAuthority: Config =
    options.caFile === undefined
      ? {}
      : {
          encrypted: 'ENCRYPTION_ON',
          trust: 'TRUST_CUSTOM_CA_SIGNED_CERTIFICATES',
          trustedCertificates: [options.caFile],
        };
  const address = options.caFile === undefined ? url : url.replace(/\+s:/, ':');
  const driver = neo4j.driver(address, neo4j.auth.basic(options.user ?? 'neo4j', options.password ?? ''), {
    ...ownAuthority,
    connectionTimeout: 5000,
    connectionAcquisitionTimeout: 10_000,
    maxTransactionRetryTime: 2000,
    disableLosslessIntegers: true,
    telemetryDisabled: true,
    userAgent: 'openmagus',
  });
  const { watch } = guardDials(driver, url, options.lookup);
  const run = runner(driver, database);
  let prepared: Promise<Seal> | undefined;
  const ask = async <Result>(work: (run: Run, seal: Seal) => Promise<Result>, signal: AbortSignal): Promise<Result> => {
    prepared ??= prepare(run, options).catch((caught: unknown) => {
      prepared = undefined;
      throw caught;
    });
    const refused = watch();
    try {
      return await abortable(
        prepared.then((seal) => work(run, seal)),
        signal,
      );
    } catch (caught) {
      signal.throwIfAborted();
      throw refused() ?? fromNeo4j(caught, url);
    }
  };
  return {
    name: 'Neo4j',
    kind: 'workflow',
    key: `neo4j ${url} ${database ?? ''} ${namespaces.join(' ')}`,
    put: (records, signal) =>
      ask(async (query, seal) => {
        for (let start = 0; start < records.length; start += batchSize)
          await query(putWorkflows, {
            rows: records.slice(start, start + batchSize).map((record) => rowOf(seal, record)),
          });
      }, signal),
    remove: (ids, signal) =>
      ask(async (query) => {
        await query(removeWorkflows, { namespaces, ids });
      }, signal),
    search: (query, signal) => ask((run, seal) => search(run, seal, namespaces, query), signal),
    scan: ({ kinds, afterId, limit }, signal) =>
      ask(async (query, seal) => {
        if (!kinds.includes('workflow')) return [];
        return toRecords(seal, await query(scanWorkflows, { namespaces, afterId, limit: neo4j.int(limit) }));
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

async function prepare(run: Run, { seal, url }: Neo4jOptions): Promise<Seal> {
  for (const statement of schema) await run(statement);
  const [version] = await run(readSchemaVersion);
  if (Number(version) <= schemaVersion) return seal();
  throw new MagusError(
    'memory-unavailable',
    `Neo4j at ${url} holds workflows of a newer OpenMagus (schema ${String(version)}; this one knows ${schemaVersion}). Nothing is written there. Update OpenMagus on this machine.`,
    { code: 'NEWER_SCHEMA' },
  );
}

async function search(
  run: Run,
  seal: Seal,
  namespaces: readonly string[],
  { kinds, text, workspace, limit }: MemoryQuery,
) {
  const words = signsOf(seal, text);
  if (!kinds.includes('workflow') || words.length === 0) return [];
  const rows = await run(readWorkflows, {
    words: words.join(' OR '),
    namespaces,
    workspaces: workspace === undefined ? null : ['', workspace],
    limit: neo4j.int(limit),
  });
  return [{ channel: 'Neo4j', records: toRecords(seal, rows) }];
}

/** In the clear is what the graph tells: tools, preconditions, how often it worked and when. */
function rowOf(seal: Seal, record: MemoryRecord): Record<string, unknown> {
  const { namespace, id, workspace, at, workflow } = record;
  const { status = '', runs = 0, successes = 0, supersedes = null } = workflow ?? {};
  const words = signsOf(seal, `${record.title}\n${record.text}`).join(' ');
  return {
    namespace,
    id,
    properties: { namespace, id, workspace, at, status, runs, successes, words, sealed: sealRecord(seal, record) },
    goals: (workflow?.goals ?? []).map((goal) => ({ id: seal.sign(goal), sealed: seal.close(goal, namespace) })),
    steps: (workflow?.steps ?? []).map(({ tool, action }, position) => ({
      position,
      tool,
      sealed: seal.close(action, `${namespace}/${id}`),
    })),
    preconditions: workflow?.preconditions ?? [],
    outcomes: workflow?.outcomes ?? [],
    supersedes: supersedes === null ? [] : [supersedes],
  };
}

/** Words can be found by their signs without being there. */
function signsOf(seal: Seal, text: string): readonly string[] {
  return [...new Set(tellingWords(text).map(stem))].map((word) => seal.sign(word));
}

function toRecords(seal: Seal, rows: readonly unknown[]): readonly MemoryRecord[] {
  return rows.flatMap((row) => {
    const record = openRecord(seal, row as { namespace: string; id: string; sealed: string });
    return record ? [record] : [];
  });
}
