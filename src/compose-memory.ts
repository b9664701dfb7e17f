import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import * as z from 'zod/mini';
import { openAiEmbedder } from './adapters/models/openai-embedder.ts';
import { MagusError } from './core/errors/magus-error.ts';
import type { Memory, MemoryReplica, MemoryStore } from './core/memory/memory-ports.ts';
import { type Replication, startReplication } from './core/memory/replicate.ts';
import { type Embedder, wordEmbedder } from './core/memory/word-vectors.ts';
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
}

const closingMs = 2000;

/** The embedded store with the servers that `memory.json` names beside it. */
export function composeMemory(parts: MemoryParts): { readonly memory: Memory; close(): Promise<void> } {
  const configuration = readConfiguration(path.join(parts.home, 'memory.json'));
  const user = `user/${configuration.user ?? userName()}`;
  const namespaces: [string, ...string[]] =
    configuration.team === undefined ? [user] : [user, `team/${configuration.team}`];
  let replicas: Promise<readonly MemoryReplica[]> | undefined;
  let replication: Replication | undefined;
  const embedder = embedderOf(configuration, parts.secretOf);
  const isConfigured = Boolean(configuration.redis ?? configuration.chroma ?? configuration.neo4j ?? embedder);
  const memory: Memory = {
    store: parts.store,
    namespace: user,
    embedder,
    replicas: () => {
      replicas ??= openReplicas(configuration, namespaces, {
        secretOf: parts.secretOf,
        embedder: embedder ?? wordEmbedder,
      });
      return replicas;
    },
    changed: () => replication?.nudge(),
    settle: async (ms) => (await replication?.settle(ms)) ?? [],
  };
  if (isConfigured) {
    replication = startReplication({ clock: parts.clock, memory }, parts.onWarning);
    replication.nudge();
  }
  const close = async (): Promise<void> => {
    await replication?.settle(closingMs).catch(() => []);
    await replication?.stop();
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
  { redis, chroma, neo4j }: MemoryConfiguration,
  namespaces: [string, ...string[]],
  { secretOf, embedder }: Pick<MemoryParts, 'secretOf'> & { readonly embedder: Embedder },
): Promise<readonly MemoryReplica[]> {
  const replicas: MemoryReplica[] = [];
  if (redis) {
    const { redisMemory } = await import('./adapters/redis/redis-memory.ts');
    const { url, user, cluster } = redis;
    replicas.push(
      redisMemory({ url, namespaces, ...defined({ user, cluster, password: await passwordOf(redis, secretOf) }) }),
    );
  }
  if (chroma) {
    const { chromaMemory } = await import('./adapters/chroma/chroma-memory.ts');
    const { url, tenant, database } = chroma;
    const token = await passwordOf(chroma, secretOf);
    replicas.push(chromaMemory({ url, namespaces, embedder, ...defined({ tenant, database, token }) }));
  }
  if (neo4j) {
    const { neo4jMemory } = await import('./adapters/neo4j/neo4j-memory.ts');
    const { url, user, database } = neo4j;
    const password = await passwordOf(neo4j, secretOf);
    replicas.push(neo4jMemory({ url, namespaces, ...defined({ user, database, password }) }));
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
  if (parsed.success) return parsed.data;
  throw new MagusError(
    'configuration',
    `${file} is not right:\n${z.prettifyError(parsed.error)}\nMend it or remove it.`,
    {
      code: 'BAD_MEMORY_CONFIGURATION',
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username.replaceAll(/[^\w.@-]/g, '') || 'local';
  } catch {
    return 'local';
  }
}
