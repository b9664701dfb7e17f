import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { MagusError, toMagusError } from '../../core/errors/magus-error.ts';
import { callEffect, startEffect } from '../../core/mcp/mcp-effects.ts';
import type { McpAnswer, McpCall, McpList, McpPlace, McpServer, McpServers, McpTool } from '../../core/mcp/mcp-port.ts';
import { type Authorized, assertAuthorized } from '../../core/security/authorized.ts';
import { readRecord, removeRecord, type ServerRecord, sha256, withApproval, writeRecord } from './catalogue.ts';
import { secretsIn } from './fill-in.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { McpConnection } from './mcp-connection.ts';
import type { TokenStore } from './oauth-session.ts';
import { type ConfiguredServer, type McpSources, readServers } from './read-configurations.ts';

export interface McpParts {
  /** Folder of what is kept of each server. */
  readonly folder: string;
  readonly version: string;
  readonly sources: McpSources;
  readonly secretOf: (name: string) => Promise<string | undefined>;
  readonly onSecret: (value: string) => void;
  /** How long a call may take; 60 s. */
  readonly callMs?: number;
  /** Hosts, addresses and ranges that the user listed, as they are now. */
  readonly listed: () => readonly string[];
  /** Where the sign-in of a server is kept, by its hash. */
  readonly tokensOf: (hash: string) => TokenStore;
}

export function mcpServers(parts: McpParts): McpServers {
  return new ServerPool(parts);
}

/** Every configured server of this process: started when first needed, one for all tasks in the same folders. */
class ServerPool implements McpServers {
  readonly #parts: McpParts;
  readonly #failures = new Map<string, string>();
  readonly #connections = new Map<string, Promise<McpConnection>>();

  constructor(parts: McpParts) {
    this.#parts = parts;
  }

  async list(roots: readonly string[]): Promise<McpList> {
    const { servers, faults } = await readServers(this.#parts.sources, roots);
    const shown = servers.map(async (configured): Promise<McpServer> => {
      const { name, hash, source, ofWorkspace } = configured;
      const record = await readRecord(this.#parts.folder, hash);
      const running = (await this.#alive(keyOf({ hash }, roots))) !== undefined;
      const known = { approved: record !== undefined, running, tools: record && withApproval(record) };
      const failure = this.#failures.get(keyOf({ hash }, roots));
      const failed = failure === undefined ? {} : { failure };
      return { name, hash, source, ofWorkspace, ...wordsOf(configured), ...known, ...failed };
    });
    return { servers: await Promise.all(shown), faults };
  }

  async connect(
    authorized: Authorized,
    server: McpServer,
    place: McpPlace,
    signal: AbortSignal,
  ): Promise<readonly McpTool[]> {
    return this.#listed(await this.#connected(authorized, server, place, signal), server, place, signal);
  }

  async call(authorized: Authorized, call: McpCall, place: McpPlace, signal: AbortSignal): Promise<McpAnswer> {
    const { verb, object } = callEffect({ sha256 }, call);
    assertAuthorized(authorized, verb, object);
    for (let again = false; ; again = true) {
      const connection = await this.#connected(authorized, call.server, place, signal);
      try {
        assertSame(call, await this.#listed(connection, call.server, place, signal));
        if (!call.tool.approved) await allow(this.#parts.folder, call);
        return await connection.call(call, place, signal);
      } catch (error) {
        // The server forgot the session and did nothing; a new session is no other server.
        if (again || toMagusError(error).code !== 'SESSION_ENDED') throw error;
        await connection.close();
      }
    }
  }

  async forget(server: McpServer): Promise<void> {
    // It may run for the folders of before as well.
    const own = [...this.#connections.keys(), ...this.#failures.keys()].filter((key) =>
      key.startsWith(keyOf(server, [])),
    );
    for (const key of new Set(own)) {
      await (await this.#alive(key))?.close();
      this.#connections.delete(key);
      this.#failures.delete(key);
    }
    await this.#parts.tokensOf(server.hash).write(undefined);
    await removeRecord(this.#parts.folder, server.hash);
  }

  async close(): Promise<void> {
    const open = await Promise.allSettled(this.#connections.values());
    this.#connections.clear();
    await Promise.all(open.flatMap((each) => (each.status === 'fulfilled' ? [each.value.close()] : [])));
  }

  async #alive(key: string): Promise<McpConnection | undefined> {
    const connection = await this.#connections.get(key)?.catch(() => undefined);
    return connection?.ended ? undefined : connection;
  }

  async #connected(
    authorized: Authorized,
    server: McpServer,
    place: McpPlace,
    signal: AbortSignal,
  ): Promise<McpConnection> {
    const key = keyOf(server, place.roots);
    for (let pending = this.#connections.get(key); pending; pending = this.#connections.get(key)) {
      const running = await this.#alive(key);
      if (running) return running;
      if (this.#connections.get(key) === pending) this.#connections.delete(key);
    }
    const { verb, object } = startEffect(server);
    assertAuthorized(authorized, verb, object);
    const opening = this.#start(server, place, signal);
    this.#connections.set(key, opening);
    this.#failures.delete(key);
    try {
      return await opening;
    } catch (error) {
      if (!signal.aborted) this.#failures.set(key, toMagusError(error).message);
      throw error;
    }
  }

  async #start(server: McpServer, { roots, desk }: McpPlace, signal: AbortSignal): Promise<McpConnection> {
    const { servers } = await readServers(this.#parts.sources, roots);
    const configured = servers.find(({ hash, name }) => hash === server.hash && name === server.name);
    if (!configured)
      throw new MagusError('tool-failed', `The MCP server ${server.name} is not configured as before. Search again.`, {
        code: 'CHANGED',
      });
    const { secretOf, onSecret, version, listed, tokensOf, callMs } = this.#parts;
    const fetchTo = (url: string): FetchLike => guardedFetch(url, listed);
    const limit = callMs === undefined ? {} : { callMs };
    const own = { secretOf, onSecret, version, fetchTo, tokens: tokensOf(server.hash), ...limit };
    const connection = new McpConnection(configured, own, roots);
    await connection.open(desk, signal);
    return connection;
  }

  async #listed(
    connection: McpConnection,
    server: McpServer,
    place: McpPlace,
    signal: AbortSignal,
  ): Promise<readonly McpTool[]> {
    const { folder } = this.#parts;
    const before = await readRecord(folder, server.hash);
    if (!connection.stale && before) return withApproval(before);
    const tools = await connection.tools(place, signal);
    const allowed = before?.allowed ?? Object.fromEntries(tools.map(({ name, hash }) => [name, hash]));
    const record: ServerRecord = { name: server.name, tools, allowed };
    await writeRecord(folder, server.hash, record);
    return withApproval(record);
  }
}

function keyOf({ hash }: Pick<McpServer, 'hash'>, roots: readonly string[]): string {
  return `${hash} ${roots.join(':')}`;
}

function wordsOf({ entry }: ConfiguredServer): Pick<McpServer, 'kind' | 'object' | 'secrets'> {
  const secrets = secretsIn(entry);
  if ('command' in entry) return { kind: 'stdio', object: [entry.command, ...entry.args].join(' '), secrets };
  const { protocol, hostname, port } = new URL(entry.url);
  return { kind: 'http', object: `${protocol}//${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`, secrets };
}

/** What was decided was a call of the tool as it was listed then. */
function assertSame({ server, tool }: McpCall, tools: readonly McpTool[]): void {
  const now = tools.find(({ name }) => name === tool.name);
  if (now?.hash === tool.hash) return;
  throw new MagusError(
    'tool-failed',
    now
      ? `The tool ${tool.name} of ${server.name} has changed since it was listed. Search for it again, then call it.`
      : `The MCP server ${server.name} has no tool ${tool.name} any more. Search again.`,
    { code: 'CHANGED' },
  );
}

async function allow(folder: string, { server, tool }: McpCall): Promise<void> {
  const record = await readRecord(folder, server.hash);
  if (record)
    await writeRecord(folder, server.hash, { ...record, allowed: { ...record.allowed, [tool.name]: tool.hash } });
}
