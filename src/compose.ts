import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { diskPreImages } from './adapters/files/disk-pre-images.ts';
import { nodeFileSystem } from './adapters/files/node-file-system.ts';
import { textSearch } from './adapters/files/ripgrep-search.ts';
import { childCommands } from './adapters/process/child-commands.ts';
import { openJournal } from './adapters/sqlite/sqlite-journal.ts';
import { systemClock, systemHash } from './adapters/system/system.ts';
import { builtInTools } from './built-in-tools.ts';
import { MagusError } from './core/errors/magus-error.ts';
import type { ChatModel, Editor, LiveDelta, People, Ports, TaskLog } from './core/ports.ts';
import type { LoggedEvent } from './protocol/task-event.ts';

export interface ModelEndpoint {
  readonly baseURL: string;
  readonly model: string;
  readonly apiKey?: string;
  readonly contextTokens?: number;
  readonly timeouts?: { readonly firstByteMs: number; readonly idleMs: number; readonly totalMs: number };
}

export interface Composition {
  /** Folder of the user's data: journal, pre-images, command output. */
  readonly home: string;
  readonly endpoint: ModelEndpoint | undefined;
  readonly people: People;
  readonly editor: Editor;
  /** Places where a ripgrep binary may be, best first. */
  readonly ripgrep: readonly string[];
  /** Every event, the moment it is on disk. */
  readonly onEvent: (event: LoggedEvent) => void;
  readonly onLive: (taskId: string, delta: LiveDelta) => void;
  readonly onWarning: (text: string) => void;
}

/** Ports made of the real adapters; both composition roots use it. Call `close` before the process ends. */
export async function composePorts(options: Composition): Promise<{ readonly ports: Ports; close(): Promise<void> }> {
  mkdirSync(options.home, { recursive: true, mode: 0o700 });
  const journal = await openJournal({
    file: path.join(options.home, 'openmagus.db'),
    workerUrl: workerFile(),
    onWarning: options.onWarning,
  });
  const commands = childCommands({ folder: path.join(options.home, 'output'), now: systemClock.now });
  const ports: Ports = {
    clock: systemClock,
    hash: systemHash,
    log: pushing(journal.log, options.onEvent),
    model: lazyModel(options.endpoint),
    episodes: journal.episodes,
    files: nodeFileSystem(systemHash),
    preImages: diskPreImages(path.join(options.home, 'pre-images'), systemHash),
    search: textSearch(options.ripgrep),
    commands,
    people: options.people,
    editor: options.editor,
    live: options.onLive,
    tools: builtInTools,
  };
  const close = async (): Promise<void> => {
    await commands.endAll();
    await journal.close();
  };
  return { ports, close };
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

/** The model client is loaded when it is first asked: it is the heaviest thing a task needs. */
function lazyModel(endpoint: ModelEndpoint | undefined): ChatModel {
  let model: Promise<ChatModel> | undefined;
  const load = async (configured: ModelEndpoint): Promise<ChatModel> => {
    const { openAiChatModel } = await import('./adapters/openai/openai-chat-model.ts');
    return openAiChatModel(configured);
  };
  return {
    contextTokens: endpoint?.contextTokens ?? 128_000,
    complete: async (request, onText, signal) => {
      if (!endpoint)
        throw new MagusError(
          'configuration',
          'No model is configured. Name an endpoint and a model: --model-url and --model on the command line, or the OpenMagus settings in VS Code.',
          { code: 'NO_MODEL' },
        );
      model ??= load(endpoint);
      return (await model).complete(request, onText, signal);
    },
  };
}

function workerFile(): string {
  const own = import.meta.url ? new URL(import.meta.url).pathname : __filename;
  return own.endsWith('.ts')
    ? path.join(path.dirname(own), 'adapters', 'sqlite', 'worker.ts')
    : path.join(path.dirname(own), 'sqlite-worker.js');
}
