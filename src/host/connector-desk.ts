import * as vscode from 'vscode';
import type { ConfiguredApi } from '../core/api/api-port.ts';
import { MagusError, toMagusError } from '../core/errors/magus-error.ts';
import type { McpDesk, McpServer } from '../core/mcp/mcp-port.ts';
import type { Ports } from '../core/ports.ts';
import type { ConnectorKey, ConnectorPicture, ConnectorsPicture } from '../protocol/connectors.ts';
import { visibleText } from '../protocol/visible-text.ts';
import { secretPrefix } from './configured-models.ts';
import type { Confirmer } from './confirm.ts';
import { type TaskService, workspaceRoots } from './task-service.ts';

type Kind = ConnectorPicture['kind'];
const testMs = 120_000;
const ofConnectors = /^(?:mcp|api)_|^use_tool$/;

interface DeskSources {
  readonly tasks: TaskService;
  readonly secrets: vscode.SecretStorage;
  readonly log: vscode.LogOutputChannel;
  readonly confirmer: Confirmer;
}

/** The MCP servers and APIs of the person and of this window's folders: what is known of them, and trying them out. */
export class ConnectorDesk implements vscode.Disposable {
  readonly #sources: DeskSources;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly onChange = this.#changes.event;
  readonly #tests = new Map<string, AbortController>();
  readonly #failures = new Map<string, string>();
  /** Calls of tasks that may start a server or fetch a document. */
  readonly #calls = new Set<string>();

  constructor(sources: DeskSources) {
    this.#sources = sources;
    this.#subscriptions = [
      sources.secrets.onDidChange(() => this.#changes.fire()),
      sources.tasks.onEvent(({ event }) => {
        if (event.type === 'tool-call-started' && ofConnectors.test(event.name)) this.#calls.add(event.callId);
        if (event.type === 'tool-call-ended' && this.#calls.delete(event.callId)) this.#changes.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!['openmagus.apis', 'openmagus.mcpServers'].some((name) => change.affectsConfiguration(name))) return;
        this.#failures.clear();
        this.#changes.fire();
      }),
    ];
  }

  /** Reads files of configuration and what is kept of each server; starts and fetches nothing. */
  async picture(): Promise<ConnectorsPicture> {
    const ports = await this.#sources.tasks.ports();
    const { servers, faults } = await ports.mcp.list(await realRoots(ports));
    const { apis, faults: apiFaults } = await ports.apis.list();
    const connectors = [
      ...servers.map((server) => this.#serverPicture(server)),
      ...apis.map((api) => this.#apiPicture(ports, api)),
    ];
    return { connectors: await Promise.all(connectors), faults: [...faults, ...apiFaults] };
  }

  /** Starts a server and lists its tools, or fetches a document; calls nothing. A server that is not trusted yet is asked for. */
  async test(kind: Kind, name: string): Promise<void> {
    requireTrust();
    const key = keyOf(kind, name);
    if (this.#tests.has(key)) return;
    const test = new AbortController();
    this.#tests.set(key, test);
    this.#failures.delete(key);
    this.#changes.fire();
    try {
      await this.#try(kind, name, AbortSignal.any([test.signal, AbortSignal.timeout(testMs)]));
    } catch (error) {
      if (test.signal.aborted) return;
      const { message } = toMagusError(error);
      this.#failures.set(key, message);
      this.#sources.log.warn(`${name}: ${message}`);
    } finally {
      this.#tests.delete(key);
      this.#changes.fire();
    }
  }

  cancel(kind: Kind, name: string): void {
    this.#tests.get(keyOf(kind, name))?.abort(new MagusError('cancelled', 'Cancelled.'));
  }

  /** Ends the server and forgets that it was allowed: its next start is asked for. */
  async distrust(name: string): Promise<void> {
    requireTrust();
    const ports = await this.#sources.tasks.ports();
    await ports.mcp.forget(await serverOf(ports, name));
    this.#failures.delete(keyOf('mcp', name));
    this.#changes.fire();
  }

  dispose(): void {
    for (const test of this.#tests.values()) test.abort(new MagusError('cancelled', 'VS Code closes.'));
    vscode.Disposable.from(...this.#subscriptions, this.#changes).dispose();
  }

  async #try(kind: Kind, name: string, signal: AbortSignal): Promise<void> {
    const ports = await this.#sources.tasks.ports();
    if (kind === 'api') {
      const { fetchDocument } = await import('../core/api/fetch-document.ts');
      const api = (await ports.apis.list()).apis.find((each) => each.name === name);
      if (!api) throw gone(name);
      await fetchDocument(ports, api, signal);
      return;
    }
    const server = await serverOf(ports, name);
    if (!server.approved && !(await this.#sources.confirmer.confirm(trusting(server)))) return;
    const { allowServer } = await import('../core/mcp/allow-server.ts');
    await allowServer(ports, server, { roots: await realRoots(ports), desk: this.#desk }, signal);
  }

  /** While it is only tried a server may ask for nothing but that somebody signs in. */
  readonly #desk: McpDesk = {
    progress: () => {},
    elicit: async () => ({ action: 'cancel' }),
    sample: async () => undefined,
    tellRoots: async () => false,
    signIn: async (server, address) => {
      const url = URL.parse(address);
      if (url === null || !/^https?:$/.test(url.protocol)) return false;
      const title = `Sign in to the MCP server ${server} at ${visibleText(url.host)}?`;
      const asked = { title, detail: `This opens in your browser:\n${visibleText(url.href)}`, action: 'Open' };
      if (!(await this.#sources.confirmer.confirm(asked))) return false;
      const { openInBrowser } = await import('./open-link.ts');
      return openInBrowser(url);
    },
  };

  async #serverPicture(server: McpServer): Promise<ConnectorPicture> {
    const { name, object, source, approved, running, tools, kind } = server;
    const failure = this.#failures.get(keyOf('mcp', name)) ?? server.failure;
    const isBusy = this.#tests.has(keyOf('mcp', name));
    const changed = (tools ?? []).filter((tool) => !tool.approved).length;
    const known = approved ? [`${tools?.length ?? 0} tools`, changed > 0 ? `${changed} new or changed` : ''] : [];
    const goesTo = kind === 'http' ? object : 'this program';
    return {
      kind: 'mcp',
      name,
      object,
      source,
      state: isBusy ? 'busy' : failure ? 'failed' : running ? 'running' : approved ? 'ready' : 'untrusted',
      words: isBusy
        ? 'It is started and asked for its tools.'
        : (failure ?? (known.filter(Boolean).join(', ') || 'not trusted yet: nobody has allowed it')),
      keys: await Promise.all(server.secrets.map((secret) => this.#keyPicture(secret, goesTo))),
      trusted: approved,
    };
  }

  async #apiPicture(ports: Ports, api: ConfiguredApi): Promise<ConnectorPicture> {
    const { name, spec, baseURL, auth } = api;
    const key = keyOf('api', name);
    const known = await ports.apis.known(api).then(
      (facts) => ({
        words: facts ? `${facts.operations} operations` : 'its document is fetched when it is first needed',
      }),
      (error: unknown) => ({ fault: toMagusError(error).message }),
    );
    const failure = this.#failures.get(key) ?? ('fault' in known ? known.fault : undefined);
    const host = (baseURL === undefined ? undefined : URL.parse(baseURL)?.host) ?? 'nowhere: baseURL is missing';
    const isBusy = this.#tests.has(key);
    return {
      kind: 'api',
      name,
      object: baseURL ?? 'where its document says',
      source: spec,
      state: isBusy ? 'busy' : failure ? 'failed' : 'ready',
      words: isBusy ? 'Its document is fetched.' : (failure ?? ('words' in known ? known.words : '')),
      keys: auth ? [await this.#keyPicture(auth.secret, host)] : [],
      trusted: true,
    };
  }

  async #keyPicture(name: string, goesTo: string): Promise<ConnectorKey> {
    return { name, goesTo, isSet: (await this.#sources.secrets.get(secretPrefix + name)) !== undefined };
  }
}

function trusting({ name, object, source, kind }: McpServer): Parameters<Confirmer['confirm']>[0] {
  const what = kind === 'stdio' ? 'It runs on this machine, with your rights:' : 'It is reached at:';
  return {
    title: `Trust the MCP server ${name}?`,
    detail: `${what}\n${object}\n\nNamed in ${source}. It is started now, and the tools that it has are allowed from then on; each call is still decided by itself.`,
    action: kind === 'stdio' ? 'Trust and Start' : 'Trust and Connect',
  };
}

async function serverOf(ports: Ports, name: string): Promise<McpServer> {
  const { servers } = await ports.mcp.list(await realRoots(ports));
  const server = servers.find((each) => each.name === name);
  if (server) return server;
  throw gone(name);
}

/** As tasks name them: a folder that was opened through a link is the same folder. */
function realRoots({ files }: Ports): Promise<readonly string[]> {
  return Promise.all(workspaceRoots().map(async (root) => (await files.facts(root)).real));
}

function gone(name: string): MagusError {
  return new MagusError('user-input', `${name} is not configured any more. Look at the list again.`);
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new MagusError(
    'permission-denied',
    'In Restricted Mode no connector is started, fetched or trusted. Trust the workspace with Workspaces: Manage Workspace Trust.',
    { code: 'UNTRUSTED' },
  );
}

function keyOf(kind: Kind, name: string): string {
  return `${kind} ${name}`;
}
