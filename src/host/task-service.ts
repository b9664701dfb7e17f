import * as vscode from 'vscode';
import type { Composed, Composition } from '../compose.ts';
import { MagusError } from '../core/errors/magus-error.ts';
import type { ModelDesk } from '../core/models/model-desk.ts';
import type { LiveDelta, Ports } from '../core/ports.ts';
import { dataHome } from '../data-home.ts';
import type { TaskEntry, ViewSurroundings } from '../protocol/chat-view.ts';
import { memoryKinds } from '../protocol/memory.ts';
import type { LoggedEvent, MemoryHit } from '../protocol/task-event.ts';
import type { ContextItem, TaskMode } from '../protocol/task-start.ts';
import { configuredModels, isWritten, keptSecrets, primaryModelName, secretPrefix } from './configured-models.ts';
import { ripgrepCandidates, vscodeEditor } from './editor.ts';
import { createDesk, type Desk } from './people.ts';
import { readSettings } from './settings.ts';
import { showFailure } from './show-failure.ts';

export interface TaskRequest {
  readonly goal: string;
  readonly mode?: TaskMode;
  readonly context?: readonly ContextItem[];
}

/** Milliseconds that VS Code gives, when it closes, to what nobody waits for. */
const quickly = 500;
/** Characters of a goal in a list. */
const mostGoal = 300;

/** The tasks of this window: starts them, runs them, tells listeners. The core is loaded on first use. */
export class TaskService implements vscode.Disposable {
  readonly desk: Desk;
  readonly #secrets: vscode.SecretStorage;
  readonly #log: vscode.LogOutputChannel;
  /** VS Code's own mcp.json of the user. */
  readonly #mcpFile: string;
  readonly #running = new Map<string, AbortController>();
  readonly #events = new vscode.EventEmitter<LoggedEvent>();
  readonly #live = new vscode.EventEmitter<{ taskId: string; delta: LiveDelta }>();
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #asked = new vscode.EventEmitter<void>();
  readonly #composedPorts = new vscode.EventEmitter<Ports>();
  readonly #indexStates = new vscode.EventEmitter<Parameters<Composition['onIndexState']>>();
  readonly #remembered = new vscode.EventEmitter<void>();
  readonly onEvent = this.#events.event;
  readonly onLive = this.#live.event;
  /** The list of tasks, their states or the surroundings changed. */
  readonly onChange = this.#changes.event;
  /** Something was remembered, perhaps after the end of its task. */
  readonly onRemembered = this.#remembered.event;
  /** A task began to wait for a person. */
  readonly onAsked = this.#asked.event;
  /** The core was loaded. */
  readonly onPorts = this.#composedPorts.event;
  readonly onIndexState = this.#indexStates.event;
  #composed: Promise<Composed> | undefined;
  #stale = false;
  /** When the settings as they are now are in use. */
  #applied = Promise.resolve();
  #modelFault: unknown;

  constructor(secrets: vscode.SecretStorage, log: vscode.LogOutputChannel, userFolder: string) {
    this.#secrets = secrets;
    this.#log = log;
    this.#mcpFile = `${userFolder}/mcp.json`;
    this.desk = createDesk((asked) => {
      if (asked) this.#asked.fire();
      this.#changes.fire();
    });
  }

  /** Starts a task and returns its id at once; it runs on by itself. */
  async start(request: TaskRequest): Promise<string> {
    const roots = workspaceRoots();
    if (roots.length === 0)
      throw new MagusError(
        'user-input',
        'OpenMagus works on a folder. Open one with File: Open Folder, then start the task again.',
        { code: 'NO_FOLDER' },
      );
    const settings = readSettings();
    if (!(await this.modelDesk()))
      throw new MagusError(
        'configuration',
        'No model is configured. Add one with the command OpenMagus: Manage Models.',
        { code: 'NO_MODEL' },
      );
    const { createTask } = await import('../core/agents/start-task.ts');
    const ports = await this.ports();
    const trusted = vscode.workspace.isTrusted;
    const taskId = await createTask(ports, {
      goal: request.goal,
      mode: trusted ? (request.mode ?? 'auto') : 'ask',
      approve: settings.approvals,
      roots: [...roots],
      trusted,
      memory: trusted,
      lessons: settings.lessons,
      limits: settings.limits,
      context: [...(request.context ?? [])],
    });
    void this.#run(ports, taskId);
    return taskId;
  }

  async resume(taskId: string): Promise<void> {
    if (this.#running.has(taskId)) return;
    if (!vscode.workspace.isTrusted)
      throw new MagusError(
        'permission-denied',
        'A task can be resumed only in a trusted workspace. Trust it with Workspaces: Manage Workspace Trust.',
        { code: 'UNTRUSTED' },
      );
    const { resumeTask } = await import('../core/agents/resume-task.ts');
    const { approvals, limits } = readSettings();
    const ports = await this.ports();
    await resumeTask(ports, taskId, { approve: approvals, limits });
    void this.#run(ports, taskId);
  }

  cancel(taskId: string): void {
    this.#running.get(taskId)?.abort(new MagusError('cancelled', 'Cancelled.'));
  }

  running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** The tasks of these folders, newest first; with words, those whose goals have them. */
  async tasks(words = ''): Promise<readonly TaskEntry[]> {
    const workspace = workspaceName();
    if (workspace === '') return [];
    const text = words.trim();
    const found = await (await this.ports()).log.tasks({ workspace, limit: 100, ...(text ? { text } : {}) });
    return found.map(({ taskId, goal, createdAt, status }) => ({
      taskId,
      goal: goal.slice(0, mostGoal),
      createdAt,
      ...(status ? { status } : {}),
      running: this.#running.has(taskId),
    }));
  }

  async events(taskId: string, fromSeq = 0): Promise<readonly LoggedEvent[]> {
    return (await this.ports()).log.read(taskId, fromSeq);
  }

  async surroundings(): Promise<ViewSurroundings> {
    const tasks = await this.tasks();
    const around = this.surroundingsWithout();
    // Where nothing is configured a model may have been found: VS Code's own, or a server's on this machine.
    const model = around.model ?? (await this.#foundModel());
    return { ...around, ...(model === undefined ? {} : { model }), tasks };
  }

  async #foundModel(): Promise<string | undefined> {
    if (isWritten(readSettings().models)) return undefined;
    const desk = await this.modelDesk().catch(() => undefined);
    return desk?.groups()[0]?.members[0]?.id;
  }

  /** What can be said without opening the journal. */
  surroundingsWithout(): ViewSurroundings {
    const model = primaryModelName(readSettings().models);
    return { tasks: [], ...(model ? { model } : {}), trusted: vscode.workspace.isTrusted, roots: workspaceRoots() };
  }

  /** What is remembered about the words, the best first. */
  async recall(text: string, limit: number): Promise<readonly MemoryHit[]> {
    const { recallMemories } = await import('../core/memory/recall-memories.ts');
    const roots = workspaceRoots();
    const request = { text, kinds: memoryKinds, workspace: workspaceName(), roots, limit };
    return (await recallMemories(await this.ports(), request, AbortSignal.timeout(5000))).hits;
  }

  /** Settings or a key changed: from the next request on every task goes by the new ones. */
  settingsChanged(): void {
    this.#stale = true;
    this.#changes.fire();
    // What is wrong with them is said when somebody needs a model.
    if (this.#composed) void this.#current().catch(() => undefined);
  }

  /** What can be done with the configured models; undefined: none are configured. Throws `configuration`. */
  async modelDesk(): Promise<ModelDesk | undefined> {
    const { desk } = await this.#current();
    if (this.#modelFault !== undefined) throw this.#modelFault;
    return desk();
  }

  async ports(): Promise<Ports> {
    return (await this.#current()).ports;
  }

  async #current(): Promise<Composed> {
    this.#composed ??= this.#compose();
    const composing = this.#composed;
    const composed = await composing.catch((error: unknown) => {
      // A failed start (a locked file, say) may succeed the next time.
      if (this.#composed === composing) this.#composed = undefined;
      throw error;
    });
    if (this.#stale) {
      this.#stale = false;
      // One after the other, and nobody goes on with what held before.
      this.#applied = this.#applied
        .catch(() => undefined)
        .then(() => composed.noteSecrets())
        .then(async () => composed.useModels(await this.#models()));
      this.#applied.catch(() => (this.#stale = true));
    }
    await this.#applied;
    return composed;
  }

  /** A wrong configuration stands in nobody's way but of those who need a model: they meet the fault. */
  async #models(): ReturnType<typeof configuredModels> {
    this.#modelFault = undefined;
    try {
      const configured = await configuredModels(readSettings().models, this.#secrets);
      if (configured) return configured;
      const { localModels } = await import('../compose.ts');
      return await localModels();
    } catch (error) {
      this.#modelFault = error;
      return undefined;
    }
  }

  dispose(): void {
    for (const controller of this.#running.values()) controller.abort(new MagusError('cancelled', 'VS Code closes.'));
    void this.#composed?.then(
      (composed) => composed.close(quickly),
      () => undefined,
    );
    this.#remembered.dispose();
    for (const each of [this.#events, this.#live, this.#changes, this.#asked, this.#composedPorts, this.#indexStates])
      each.dispose();
  }

  async #compose(): Promise<Composed> {
    const { composePorts } = await import('../compose.ts');
    const { parseRules } = await import('../core/security/user-rules.ts');
    this.#stale = false;
    const models = await this.#models();
    const composed = await composePorts({
      secretOf: async (name) => this.#secrets.get(secretPrefix + name),
      secretNames: () => keptSecrets(this.#secrets),
      home: dataHome(),
      models,
      people: this.desk.people,
      security: () => readSettings().security,
      rules: () => parseRules(readSettings().rules, 'the setting openmagus.rules'),
      connectors: {
        mcpFiles: [this.#mcpFile],
        mcpServers: () => readSettings().mcpServers,
        apis: () => readSettings().apis,
        keepSecret: async (name, value) =>
          value === undefined
            ? this.#secrets.delete(secretPrefix + name)
            : this.#secrets.store(secretPrefix + name, value),
      },
      editor: vscodeEditor,
      ripgrep: ripgrepCandidates(),
      onEvent: (event) => this.#events.fire(event),
      onLive: (taskId, delta) => this.#live.fire({ taskId, delta }),
      onWarning: (text) => this.#log.warn(text),
      indexes: readSettings().index,
      onIndexState: (...told) => this.#indexStates.fire(told),
      onRemembered: () => this.#remembered.fire(),
    });
    this.#composedPorts.fire(composed.ports);
    return composed;
  }

  async #run(ports: Ports, taskId: string): Promise<void> {
    const controller = new AbortController();
    this.#running.set(taskId, controller);
    this.#changes.fire();
    try {
      const { runTask } = await import('../core/agents/coordinator.ts');
      await runTask(ports, taskId, controller.signal);
    } catch (error) {
      void showFailure(this.#log, error, taskId);
    } finally {
      this.#running.delete(taskId);
      this.#changes.fire();
    }
  }
}

/** As the journal names the workspace of a task. */
export function workspaceName(): string {
  return workspaceRoots().join(':');
}

export function workspaceRoots(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
    folder.uri.scheme === 'file' ? [folder.uri.fsPath] : [],
  );
}
