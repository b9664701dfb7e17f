import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CallToolResultSchema,
  ListToolsResultSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/cfworker';
import type { McpAnswer, McpCall, McpDesk, McpPlace } from '../../core/mcp/mcp-port.ts';
import { answerOf } from './answer-text.ts';
import { callDeadline } from './call-deadline.ts';
import { type ListedTool, listedTool } from './catalogue.ts';
import { failureOfCall, failureOfStart, signInFailed } from './mcp-failure.ts';
import { type OpenedTransport, openTransport, type TransportParts } from './open-transport-to.ts';
import type { ConfiguredServer } from './read-configurations.ts';
import { type ActiveCall, answerServer } from './server-requests.ts';

export interface ConnectionParts extends TransportParts {
  readonly version: string;
  /** How long a call may take; 60 s. */
  readonly callMs?: number;
}

const startMs = 60_000;
/** The SDK wants a limit of its own; ours stands still while people are asked. */
const longestMs = 2 ** 31 - 1;
const callMs = 60_000;
const listMs = 30_000;
const mostTools = 2000;
const mostPages = 200;
/** With a sign-in each: a server that keeps refusing what it gave is not asked for ever. */
const mostSignIns = 3;

/** One server that is being talked to. It ends by itself when the server does. */
export class McpConnection {
  ended = false;
  /** The list of tools may be another than the one that was read last. */
  stale = true;
  readonly #server: ConfiguredServer;
  readonly #parts: ConnectionParts;
  readonly #roots: readonly string[];
  readonly #active = new Set<ActiveCall>();
  #opened: OpenedTransport | undefined;
  #client: Client | undefined;

  constructor(server: ConfiguredServer, parts: ConnectionParts, roots: readonly string[]) {
    this.#server = server;
    this.#parts = parts;
    this.#roots = roots;
  }

  /** Starts the server. Throws `tool-failed` SERVER_FAILED or SIGN_IN. */
  async open(desk: McpDesk, signal: AbortSignal): Promise<void> {
    const deadline = callDeadline(startMs);
    const stop = AbortSignal.any([signal, deadline.signal]);
    try {
      for (let round = 0; ; round++) {
        this.#opened = await openTransport(this.#server, this.#parts);
        this.#present(desk, stop, deadline);
        const client = this.#newClient();
        try {
          await client.connect(this.#opened.transport, { signal: stop, timeout: longestMs });
          this.#client = client;
          return;
        } catch (error) {
          if (!(error instanceof UnauthorizedError) || round >= mostSignIns) throw error;
          await deadline.pausedFor(this.#finishSignIn(stop));
        }
      }
    } catch (error) {
      const failure = failureOfStart(error, this.#server.name, this.#opened, { signal, deadline: deadline.signal });
      await this.close();
      throw failure;
    } finally {
      deadline.stop();
    }
  }

  async tools(place: McpPlace, signal: AbortSignal): Promise<readonly ListedTool[]> {
    const found = new Map<string, ListedTool>();
    this.stale = false;
    let cursor: string | undefined;
    for (let page = 0; page < mostPages && found.size < mostTools; page++) {
      const params = cursor === undefined ? {} : { cursor };
      const answer = await this.#during(place, listMs, signal, (client, stop) =>
        client.request({ method: 'tools/list', params }, ListToolsResultSchema, { signal: stop, timeout: longestMs }),
      );
      for (const tool of answer.tools) if (!found.has(tool.name)) found.set(tool.name, listedTool(tool));
      if (answer.nextCursor === undefined || answer.nextCursor === cursor) break;
      cursor = answer.nextCursor;
    }
    return [...found.values()].slice(0, mostTools);
  }

  async call({ tool, arguments: given }: McpCall, place: McpPlace, signal: AbortSignal): Promise<McpAnswer> {
    const onprogress = ({ progress, total, message }: Progress): void =>
      place.desk.progress(`${message ?? 'working'} (${progress}${total === undefined ? '' : ` of ${total}`})\n`);
    const answer = await this.#during(place, this.#parts.callMs ?? callMs, signal, (client, stop) =>
      client.request({ method: 'tools/call', params: { name: tool.name, arguments: given } }, CallToolResultSchema, {
        signal: stop,
        timeout: longestMs,
        onprogress,
      }),
    );
    return answerOf(answer);
  }

  async close(): Promise<void> {
    this.ended = true;
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.close();
    await this.#client?.close().catch(() => {});
  }

  #newClient(): Client {
    const client = new Client(
      { name: 'openmagus', version: this.#parts.version },
      {
        capabilities: { roots: {}, sampling: {}, elicitation: { form: { applyDefaults: true }, url: {} } },
        // Schemas come from outside: they are interpreted, never compiled to code.
        jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
      },
    );
    answerServer(client, {
      server: this.#server.name,
      roots: this.#roots,
      local: 'command' in this.#server.entry,
      active: () => [...this.#active].at(-1),
    });
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      this.stale = true;
    });
    client.onclose = () => {
      if (this.#client === client) this.ended = true;
    };
    client.onerror = () => {};
    return client;
  }

  async #during<Result>(
    place: McpPlace,
    limitMs: number,
    signal: AbortSignal,
    work: (client: Client, stop: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const deadline = callDeadline(limitMs);
    const stop = AbortSignal.any([signal, deadline.signal]);
    const active: ActiveCall = { desk: place.desk, deadline, signal: stop };
    const client = this.#client;
    this.#active.add(active);
    this.#present(place.desk, stop, deadline);
    try {
      signal.throwIfAborted();
      if (!client) throw failureOfCall(undefined, this.#server.name, this.#opened, { signal, deadline: stop });
      for (let round = 0; ; round++) {
        try {
          return await work(client, stop);
        } catch (error) {
          // A request that was refused for its rights has not been carried out.
          if (!(error instanceof UnauthorizedError) || round >= mostSignIns) throw error;
          await deadline.pausedFor(this.#finishSignIn(stop));
        }
      }
    } catch (error) {
      throw failureOfCall(error, this.#server.name, this.#opened, { signal, deadline: deadline.signal });
    } finally {
      this.#active.delete(active);
      deadline.stop();
    }
  }

  async #finishSignIn(signal: AbortSignal): Promise<void> {
    const { session, finishSignIn } = this.#opened ?? {};
    if (!session || !finishSignIn) throw signInFailed(this.#server.name);
    await finishSignIn(await session.authorizationCode(signal));
  }

  #present(desk: McpDesk, signal: AbortSignal, deadline: { pausedFor<R>(work: Promise<R>): Promise<R> }): void {
    const session = this.#opened?.session;
    if (session) session.present = (address) => deadline.pausedFor(desk.signIn(this.#server.name, address, signal));
  }
}

interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}
