import * as vscode from 'vscode';
import { toMagusError } from '../../core/errors/magus-error.ts';
import type { Look, PanelPage, PanelRequest, PanelUpdate } from '../../protocol/panel.ts';
import type { ChatView } from '../chat-view.ts';
import type { Confirmer } from '../confirm.ts';
import type { ConnectorDesk } from '../connector-desk.ts';
import type { MemoryDesk } from '../memory/memory-desk.ts';
import type { MemoryMigration } from '../memory/memory-migration.ts';
import { remedyCommands } from '../show-failure.ts';
import { type TaskService, workspaceRoots } from '../task-service.ts';
import { fillWebview } from '../webview-html.ts';
import { openLine } from './open-line.ts';
import { PlanFollower } from './plan-follower.ts';

interface PanelSources {
  readonly tasks: TaskService;
  readonly chat: ChatView;
  readonly memories: MemoryDesk;
  readonly migration: MemoryMigration;
  readonly connectors: ConnectorDesk;
  readonly confirmer: Confirmer;
}

const viewType = 'openmagus.panel';

/** The panel with the memory explorer and the plan graph. It holds no truth: on `ready` it gets what it looks at, and anew after each change. */
export class Panel implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #sources: PanelSources;
  readonly #subscriptions: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  /** What the page looks at; undefined before it is ready. */
  #look: Look | undefined;
  #selected: string | null = null;
  /** Where to go as soon as the page is ready. */
  #wanted: { readonly page: PanelPage; readonly id?: string } | undefined;
  #plan: PlanFollower | undefined;
  /** Nothing of connectors is loaded before somebody looks at them. */
  #showsConnectors = false;
  /** The newest question for them: an answer to an older one would take the place of the newer one. */
  #askedConnectors: symbol | undefined;

  constructor(extensionUri: vscode.Uri, sources: PanelSources) {
    const { memories, migration, connectors } = sources;
    this.#extensionUri = extensionUri;
    this.#sources = sources;
    this.#subscriptions = [
      // After a reload of the window the page itself knows what it looked at.
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel) => this.#fill(panel),
      }),
      memories.onChange(() => this.#watch(this.#refresh())),
      sources.tasks.onEvent(({ event }) => {
        if (event.type === 'plan-proposed') this.#choosePlan();
      }),
      sources.chat.onTurn(() => this.#choosePlan()),
      migration.onChange(() => this.#postMigration()),
      connectors.onChange(() => this.#watch(this.#postConnectors())),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#postSurroundings()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#watch(this.#refresh())),
    ];
  }

  /** Opens the panel or brings it to the front, at a page; with an id, at this memory. */
  show(page: PanelPage, id?: string): void {
    this.#wanted = { page, ...(id === undefined ? {} : { id }) };
    if (!this.#panel) this.#create();
    else this.#panel.reveal();
    if (this.#look) this.#takeWanted();
  }

  dispose(): void {
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #create(): void {
    this.#fill(vscode.window.createWebviewPanel(viewType, 'OpenMagus', vscode.ViewColumn.Active));
  }

  #fill(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    panel.iconPath = new vscode.ThemeIcon('sparkle');
    panel.webview.onDidReceiveMessage((message) => void this.#receive(message));
    const plan = new PlanFollower(this.#sources.tasks, () => this.#sources.chat.taskId);
    plan.onChange(() => this.#postPlan());
    this.#plan = plan;
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#look = undefined;
      this.#selected = null;
      this.#showsConnectors = false;
      plan.dispose();
      if (this.#plan === plan) this.#plan = undefined;
    });
    fillWebview(panel.webview, this.#extensionUri, 'panel');
  }

  async #receive(message: unknown): Promise<void> {
    try {
      const { panelRequestSchema } = await import('../../protocol/panel.ts');
      const { requestOf } = await import('../view-request.ts');
      await this.#answer(requestOf(panelRequestSchema, message));
    } catch (error) {
      this.#fail(error);
    }
  }

  #watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    const { message, kind, code } = toMagusError(error);
    this.#post({ type: 'failure', message, kind, ...(code === undefined ? {} : { code }) });
  }

  async #answer(request: PanelRequest): Promise<unknown> {
    switch (request.type) {
      case 'ready':
        this.#look = request.look;
        this.#selected = request.id;
        this.#postSurroundings();
        this.#postMigration();
        this.#takeWanted();
        this.#watch(this.#beginPlan());
        return this.#refresh();
      case 'look':
        this.#look = request.look;
        return this.#postList(request.look);
      case 'select':
        this.#selected = request.id;
        return this.#postDetail();
      case 'pin':
        return this.#sources.memories.change(request.id, { pinned: request.pinned });
      case 'share':
        return this.#share(request.id);
      case 'review':
        return this.#sources.memories.review(request.id, request.accepted);
      case 'edit':
        return this.#sources.memories.change(request.id, { title: request.title, text: request.text });
      case 'forget':
        return vscode.commands.executeCommand('openmagus.forgetMemory', request.choice);
      case 'transfer':
        return vscode.commands.executeCommand(`openmagus.${request.way}Memories`);
      case 'migrate':
        if (request.act === 'start') return vscode.commands.executeCommand('openmagus.migrateMemory');
        return this.#sources.migration.act(request.act);
      case 'connectors':
        this.#showsConnectors = true;
        return this.#postConnectors();
      case 'connector':
        return this.#actOn(request);
      case 'set-key':
        return vscode.commands.executeCommand('openmagus.setSecret', request.secret);
      case 'open-line':
        return openLine(request.path, request.line);
      case 'open-task':
        return vscode.commands.executeCommand('openmagus.openTask', request.taskId);
      case 'remedy':
        return vscode.commands.executeCommand(...remedyCommands[request.remedy]);
      default:
        return request satisfies never;
    }
  }

  #actOn({ act, kind, name }: Extract<PanelRequest, { type: 'connector' }>): Promise<void> | void {
    const { connectors } = this.#sources;
    if (act === 'test') return connectors.test(kind, name);
    return act === 'cancel' ? connectors.cancel(kind, name) : connectors.distrust(name);
  }

  /** Others will read it, so a person says yes to that first. */
  async #share(id: string): Promise<void> {
    const { memories, confirmer } = this.#sources;
    const shown = await memories.detail(id);
    if (!shown || shown.shareWith === null) return;
    const { kind, title } = shown.record;
    const confirmed = await confirmer.confirm({
      title: `Share this memory with ${shown.shareWith}?`,
      detail: `${kind}: ${title.slice(0, 100)}\n\nAll who are in the team can read it from then on, in every folder.`,
      action: 'Share',
    });
    if (confirmed) this.show('memory', (await memories.share(id)).id);
  }

  #takeWanted(): void {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    this.#wanted = undefined;
    this.#post({ type: 'go', ...wanted });
    this.#choosePlan();
    if (wanted.id === undefined) return;
    this.#selected = wanted.id;
    this.#watch(this.#postDetail());
  }

  async #refresh(): Promise<void> {
    if (!this.#look) return;
    await Promise.all([this.#postList(this.#look), this.#postDetail()]);
  }

  async #postList(look: Look): Promise<void> {
    const listed = await this.#sources.memories.look(look);
    // An answer to an older question would take the place of the newer one.
    if (look === this.#look) this.#post({ type: 'listed', look, ...listed });
  }

  async #postDetail(): Promise<void> {
    const id = this.#selected;
    if (id === null) return;
    const detail = await this.#sources.memories.detail(id);
    if (id === this.#selected) this.#post({ type: 'shown', id, detail });
  }

  #postSurroundings(): void {
    const surroundings = { trusted: vscode.workspace.isTrusted, roots: workspaceRoots() };
    this.#post({ type: 'surroundings', surroundings });
  }

  /** The page waits to hear that there is no task, too. */
  async #beginPlan(): Promise<void> {
    await this.#plan?.choose();
    this.#postPlan();
  }

  #choosePlan(): void {
    if (this.#plan) this.#watch(this.#plan.choose());
  }

  #postPlan(): void {
    this.#post({ type: 'plan', plan: this.#plan?.picture() ?? null });
  }

  async #postConnectors(): Promise<void> {
    if (!this.#panel || !this.#showsConnectors) return;
    const asked = Symbol('connectors');
    this.#askedConnectors = asked;
    const connectors = await this.#sources.connectors.picture();
    if (asked === this.#askedConnectors) this.#post({ type: 'connectors', connectors });
  }

  #postMigration(): void {
    this.#post({ type: 'migration', migration: this.#sources.migration.picture ?? null });
  }

  #post(update: PanelUpdate): void {
    void this.#panel?.webview.postMessage(update);
  }
}
