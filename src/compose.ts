import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { processData } from './adapters/data/process-data.ts';
import { diskPreImages } from './adapters/files/disk-pre-images.ts';
import { nodeFileSystem } from './adapters/files/node-file-system.ts';
import { textSearch } from './adapters/files/ripgrep-search.ts';
import { childCommands } from './adapters/process/child-commands.ts';
import { openJournal } from './adapters/sqlite/sqlite-journal.ts';
import { usualLimits } from './adapters/sqlite/workspace-index/index-protocol.ts';
import { type SqliteIndex, sqliteIndex } from './adapters/sqlite/workspace-index/sqlite-index.ts';
import { linuxPowerSupply } from './adapters/system/battery.ts';
import { scratchFolders } from './adapters/system/scratch-folders.ts';
import { systemClock, systemHash } from './adapters/system/system.ts';
import { builtInTools } from './built-in-tools.ts';
import { type ConnectorSettings, composeConnectors } from './compose-connectors.ts';
import { composeMemory } from './compose-memory.ts';
import { composeModels } from './compose-models.ts';
import { composePolicy } from './compose-policy.ts';
import type { Editor } from './core/editor-port.ts';
import type { ConfiguredModels } from './core/models/configured-models.ts';
import type { ModelDesk } from './core/models/model-desk.ts';
import type { ModelServer } from './core/models/model-server.ts';
import { parseModelConfiguration } from './core/models/parse-configuration.ts';
import type { LiveDelta, People, Ports, TaskLog } from './core/ports.ts';
import { type IndexState, noIndex } from './core/search/workspace-index.ts';
import type { EndpointConfiguration } from './protocol/model-configuration.ts';
import type { PolicyRule } from './protocol/policy-rules.ts';
import type { SecuritySettings } from './protocol/security-settings.ts';
import type { LoggedEvent } from './protocol/task-event.ts';

export interface Composition {
  /** Folder of the user's data: journal, pre-images, command output. */
  readonly home: string;
  readonly models: ConfiguredModels | undefined;
  /** The value of a named secret. */
  readonly secretOf: (name: string) => Promise<string | undefined>;
  /** Names of all secrets that are kept, also of those that nobody uses just now. */
  readonly secretNames: () => Promise<readonly string[]>;
  readonly people: People;
  /** Rules of the user beside those in the data folder; asked for at every decision. */
  readonly rules?: () => readonly PolicyRule[];
  /** The same for what `security.json` of the data folder says. */
  readonly security?: () => SecuritySettings;
  readonly editor: Editor;
  /** Places where a ripgrep binary may be, best first. */
  readonly ripgrep: readonly string[];
  /** Every event, the moment it is on disk. */
  readonly onEvent: (event: LoggedEvent) => void;
  readonly onLive: (taskId: string, delta: LiveDelta) => void;
  readonly onWarning: (text: string) => void;
  /** MCP servers and their sign-ins; without it, those of the data folder and of the workspace. */
  readonly connectors?: ConnectorSettings;
  /** May the workspace's files be indexed? */
  readonly indexes: boolean;
  /** How far the index of a folder is. */
  readonly onIndexState: (folder: string, state: IndexState) => void;
  /** Something was remembered, also after the task's end. */
  readonly onRemembered?: () => void;
}

export interface Composed {
  readonly ports: Ports;
  /** What can be done with the configured models; undefined: none are. */
  desk(): ModelDesk | undefined;
  /** Looks again which secrets there are: what they say is taken out of everything that is logged and remembered. */
  noteSecrets(): Promise<void>;
  /** Tasks that run go on with these models at their next request. */
  useModels(models: ConfiguredModels | undefined): void;
  /** What nobody waits for is given up after so long. */
  close(patienceMs?: number): Promise<void>;
}

/** Ports made of the real adapters; both composition roots use it. Call `close` before the process ends. */
export async function composePorts(options: Composition): Promise<Composed> {
  mkdirSync(options.home, { recursive: true, mode: 0o700 });
  const journal = await openJournal({
    file: path.join(options.home, 'openmagus.db'),
    workerUrl: workerFile('sqlite-worker'),
    onWarning: options.onWarning,
  });
  const preImages = diskPreImages(path.join(options.home, 'pre-images'), systemHash, journal.log);
  const index = options.indexes ? openIndex(options) : undefined;
  const secrets: string[] = [];
  const { secretOf, noteSecrets } = await allNoted(options, secrets);
  const { policy, sandbox, ...asked } = composePolicy({ ...options, secretOf });
  const commands = childCommands({ folder: path.join(options.home, 'output'), now: systemClock.now, sandbox });
  const { ledger, answers } = journal;
  const noted = (models: ConfiguredModels | undefined): ConfiguredModels | undefined =>
    models && { ...models, keyOf: noting(models.keyOf, secrets) };
  const { model, desk, vectors, use } = composeModels(noted(options.models), {
    clock: systemClock,
    hash: systemHash,
    ledger,
    answers,
  });
  const { memory, close: closeMemory } = composeMemory({
    home: options.home,
    store: journal.memory,
    clock: systemClock,
    secretOf,
    onWarning: options.onWarning,
    vectors,
    ...(options.onRemembered ? { onRemembered: options.onRemembered } : {}),
  });
  const { serves } = commands;
  const outside = composeConnectors({ ...options, ...asked, secretOf, secrets, policy, serves, workerFile });
  const ports: Ports = {
    clock: systemClock,
    hash: systemHash,
    log: pushing(journal.log, options.onEvent),
    model,
    memory,
    secrets: () => secrets,
    files: nodeFileSystem(systemHash),
    preImages,
    search: textSearch(options.ripgrep),
    index: index ?? noIndex,
    commands,
    data: processData(workerFile('data-process'), options.home, scratchFolders(path.join(options.home, 'scratch'))),
    deployments: journal.deployments,
    people: options.people,
    editor: options.editor,
    live: options.onLive,
    tools: builtInTools,
    ...outside,
  };
  const close = async (patienceMs = 10_000): Promise<void> => {
    const indexClosed = index?.close();
    await Promise.all([commands.endAll(), outside.mcp.close(), outside.browser.close()]);
    await sandbox.close();
    await preImages.settle();
    await closeMemory(patienceMs);
    await Promise.all([journal.close(), indexClosed]);
  };
  const useModels = (models: ConfiguredModels | undefined): void => {
    use(noted(models));
    // Another embedding model has vectors to make.
    memory.changed();
  };
  return { ports, desk, noteSecrets, useModels, close };
}

async function allNoted(
  options: Composition,
  secrets: string[],
): Promise<Pick<Composed, 'noteSecrets'> & Pick<Composition, 'secretOf'>> {
  const secretOf = noting(options.secretOf, secrets);
  const noteSecrets = async (): Promise<void> => {
    for (const name of await options.secretNames()) await secretOf(name);
  };
  await noteSecrets();
  return { secretOf, noteSecrets };
}

/** Every key that is used is noted, so that it is never logged, remembered or shown. */
function noting<Asked>(
  keyOf: (asked: Asked) => Promise<string | undefined>,
  secrets: string[],
): (asked: Asked) => Promise<string | undefined> {
  return async (asked) => {
    const value = await keyOf(asked);
    if (value !== undefined && !secrets.includes(value)) secrets.push(value);
    return value;
  };
}

/** The models of an endpoint that is not configured yet. Throws `configuration` on an address that cannot be used. */
export async function serverOf(endpoint: EndpointConfiguration, apiKey: string | undefined): Promise<ModelServer> {
  const { openModelServer } = await import('./adapters/models/servers/open-server.ts');
  const timeouts = { firstByteMs: 10_000, idleMs: 10_000, totalMs: 10_000 };
  const deployment = { endpoint: endpoint.kind, model: '' };
  const address = {
    id: endpoint.kind,
    kind: endpoint.kind,
    endpointName: endpoint.kind,
    endpoint,
    deployment,
    timeouts,
  };
  return openModelServer(address, apiKey);
}

/** For who has configured nothing: a model server on this machine, where such servers usually listen. */
export async function localModels(): Promise<ConfiguredModels | undefined> {
  if (process.env['OPENMAGUS_DISCOVERY'] === 'off') return undefined;
  const { findLocalModel } = await import('./adapters/models/find-local-model.ts');
  const found = await findLocalModel();
  return (
    found && { configuration: parseModelConfiguration(found, 'The model server found'), keyOf: async () => undefined }
  );
}

function pushing(log: TaskLog, onEvent: (event: LoggedEvent) => void): TaskLog {
  return {
    read: (taskId, fromSeq) => log.read(taskId, fromSeq),
    tasks: (query) => log.tasks(query),
    acquire: (taskId) => log.acquire(taskId),
    append: async (taskId, events) => {
      const logged = await log.append(taskId, events);
      for (const event of logged) onEvent(event);
      return logged;
    },
  };
}

/** Its thread starts when a folder is first to be indexed; nothing waits for its end, for a window that closes has little time. */
function openIndex({ home, onIndexState }: Composition): SqliteIndex {
  return sqliteIndex({
    home: path.join(home, 'index'),
    limits: usualLimits,
    powerSupply: linuxPowerSupply,
    workerUrl: workerFile('index-worker'),
    onState: onIndexState,
  });
}

/** Entries of threads and processes, by their names in `src` and as bundles. */
const workers = {
  'sqlite-worker': 'adapters/sqlite/worker.ts',
  'index-worker': 'index-worker.ts',
  'data-process': 'adapters/data/data-process.ts',
  'document-worker': 'adapters/openapi/document-worker.ts',
  'browser/browser-process': 'adapters/browser/browser-process.ts',
} as const;

function workerFile(name: keyof typeof workers): string {
  const own = import.meta.url ? new URL(import.meta.url).pathname : __filename;
  return path.join(path.dirname(own), own.endsWith('.ts') ? workers[name] : `${name}.js`);
}
