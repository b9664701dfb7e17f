import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import * as z from 'zod/mini';
import { openAiEmbedder } from './adapters/models/openai-embedder.ts';
import { startBackground } from './adapters/system/background.ts';
import { MagusError } from './core/errors/magus-error.ts';
import type { Memory, MemoryReplica, MemoryStore } from './core/memory/memory-ports.ts';
import { startReplication } from './core/memory/replicate.ts';
import type { Seal } from './core/memory/seal.ts';
import { type Embedder, type VectorModel, wordEmbedder } from './core/memory/word-vectors.ts';
import { parseJson } from './core/parse-json.ts';
import type { Clock } from './core/ports.ts';
import {
  type MemoryConfiguration,
  type MemoryCredentials,
  memoryConfigurationSchema,
} from './protocol/memory-configuration.ts';

interface MemoryParts {
  readonly home: string;
  readonly store: MemoryStore;
  readonly clock: Clock;
  /** The value of a named secret. */
  readonly secretOf: (name: string) => Promise<string | undefined>;
  readonly onWarning: (text: string) => void;
  /** The embedding model of the model configuration, whichever that is at the moment; one of `memory.json` comes before it. */
  readonly vectors?: () => VectorModel | undefined;
  /** Something was remembered or forgotten. */
  readonly onRemembered?: () => void;
}

const closingMs = 2000;

/** The embedded store with the servers that `memory.json` names beside it. */
export function composeMemory(parts: MemoryParts): {
  readonly memory: Memory;
  close(patienceMs?: number): Promise<void>;
} {
  const configuration = readConfiguration(path.join(parts.home, 'memory.json'));
  const user = `user/${configuration.user ?? userName()}`;
  const team = configuration.team === undefined ? undefined : `team/${configuration.team}`;
  const namespaces: [string, ...string[]] = team === undefined ? [user] : [user, team];
  let replicas: Promise<readonly MemoryReplica[]> | undefined;
  const embedder = embedderOf(configuration, parts.secretOf);
  const background = startBackground();
  const memory: Memory = {
    store: parts.store,
    namespace: user,
    team,
    get embedder() {
      return embedder ?? parts.vectors?.();
    },
    replicas: () => {
      replicas ??= openReplicas(configuration, namespaces, {
        home: parts.home,
        secretOf: parts.secretOf,
        embedder: embedder ?? wordEmbedder,
      });
      return replicas;
    },
    changed: () => {
      replication.nudge();
      parts.onRemembered?.();
    },
    later: background.later,
    settle: (ms) => replication.settle(ms),
  };
  const replication = startReplication({ clock: parts.clock, memory }, parts.onWarning);
  replication.nudge();
  const close = async (patienceMs = 0): Promise<void> => {
    await background.close(patienceMs);
    await replication.settle(closingMs).catch(() => []);
    await replication.stop();
  };
  return { memory, close };
}

/** The key is asked for when the model is first used. */
function embedderOf({ embedding }: MemoryConfiguration, secretOf: MemoryParts['secretOf']): Embedder | undefined {
  if (!embedding) return undefined;
  const { url, model, dimension } = embedding;
  return {
    model,
    dimension,
    embed: async (texts, signal) => {
      const apiKey = await passwordOf(embedding, secretOf);
      return openAiEmbedder({ baseURL: url, model, dimension, ...defined({ apiKey }) }).embed(texts, signal);
    },
  };
}

/** Each client is a bundle of its own, loaded here. */
async function openReplicas(
  { redis, chroma, neo4j, key }: MemoryConfiguration,
  namespaces: [string, ...string[]],
  { home, secretOf, embedder }: Pick<MemoryParts, 'home' | 'secretOf'> & { readonly embedder: Embedder },
): Promise<readonly MemoryReplica[]> {
  const replicas: MemoryReplica[] = [];
  const seal = async (): Promise<Seal> => {
    const { sealOf } = await import('./adapters/system/seal.ts');
    return sealOf(await sealingKey(home, key, secretOf));
  };
  if (redis) {
    const { redisMemory } = await import('./adapters/redis/redis-memory.ts');
    const { url, user, cluster } = redis;
    const password = await passwordOf(redis, secretOf);
    replicas.push(redisMemory({ url, namespaces, ...defined({ user, cluster, password, ca: authorityOf(redis) }) }));
  }
  if (chroma) {
    const { chromaMemory } = await import('./adapters/chroma/chroma-memory.ts');
    const { url, tenant, database } = chroma;
    const token = await passwordOf(chroma, secretOf);
    const more = defined({ tenant, database, token, ca: authorityOf(chroma) });
    replicas.push(chromaMemory({ url, namespaces, embedder, seal, ...more }));
  }
  if (neo4j) {
    const { neo4jMemory } = await import('./adapters/neo4j/neo4j-memory.ts');
    const { url, user, database, caFile } = neo4j;
    const password = await passwordOf(neo4j, secretOf);
    replicas.push(neo4jMemory({ url, namespaces, seal, ...defined({ user, database, password, caFile }) }));
  }
  return replicas;
}

async function passwordOf(
  { secret, passwordEnv }: MemoryCredentials,
  secretOf: MemoryParts['secretOf'],
): Promise<string | undefined> {
  if (passwordEnv !== undefined) return process.env[passwordEnv];
  return secret === undefined ? undefined : secretOf(secret);
}

/** The passphrase that is shared, or a key of this data folder, made when it is first needed. */
async function sealingKey(home: string, name: string | undefined, secretOf: MemoryParts['secretOf']): Promise<string> {
  if (name === undefined) return ownKey(path.join(home, 'memory.key'));
  const key = await secretOf(name);
  if (key !== undefined && key !== '') return key;
  throw new MagusError(
    'memory-unavailable',
    `The passphrase "${name}" that seals memories for Chroma and Neo4j is not set. Set it with OpenMagus: Set API Key, or take "key" out of memory.json.`,
    { code: 'AUTH' },
  );
}

/** Two processes that make it at once end with the same one. */
function ownKey(file: string): string {
  try {
    writeFileSync(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600, flush: true });
  } catch {
    // It is there already; a folder that cannot be written to is met below.
  }
  return readFileSync(file, 'utf8');
}

function authorityOf({ caFile }: { readonly caFile?: string | undefined }): string | undefined {
  if (caFile === undefined) return undefined;
  try {
    return readFileSync(caFile, 'utf8');
  } catch (cause) {
    throw new MagusError(
      'configuration',
      `The certificate file ${caFile} cannot be read. Mend "caFile" in memory.json.`,
      {
        code: 'BAD_MEMORY_CONFIGURATION',
        cause,
      },
    );
  }
}

type Defined<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

function defined<Values extends Readonly<Record<string, unknown>>>(values: Values): Defined<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<Values>;
}

function readConfiguration(file: string): MemoryConfiguration {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  const parsed = z.safeParse(memoryConfigurationSchema, parseJson(text));
  if (parsed.success) {
    const { redis, chroma, neo4j } = parsed.data;
    for (const server of [redis, chroma, neo4j]) if (server) authorityOf(server);
    return parsed.data;
  }
  throw new MagusError(
    'configuration',
    `${file} is not right:\n${z.prettifyError(parsed.error)}\nMend it or remove it.`,
    {
      code: 'BAD_MEMORY_CONFIGURATION',
    },
  );
}

function userName(): string {
  try {
    return userInfo().username.replaceAll(/[^\w.@-]/g, '') || 'local';
  } catch {
    return 'local';
  }
}
