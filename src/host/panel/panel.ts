import * as vscode from 'vscode';
import { toMagusError } from '../../core/errors/magus-error.ts';
import type { Look, PanelRequest, PanelUpdate } from '../../protocol/panel.ts';
import type { MemoryDesk } from '../memory/memory-desk.ts';
import type { MemoryMigration } from '../memory/memory-migration.ts';
import { remedyCommands } from '../show-failure.ts';
import { workspaceRoots } from '../task-service.ts';
import { fillWebview } from '../webview-html.ts';
import { openLine } from './open-line.ts';

/** The panel with the memory explorer. It holds no truth: on `ready` it gets what it looks at, and anew after each change. */
export class Panel implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #memories: MemoryDesk;
  readonly #migration: MemoryMigration;
  readonly #subscriptions: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  /** What the page looks at; undefined before it is ready. */
  #look: Look | undefined;
  #selected: string | null = null;
  /** To be selected as soon as the page is ready. */
  #wanted: string | undefined;

  constructor(extensionUri: vscode.Uri, memories: MemoryDesk, migration: MemoryMigration) {
    this.#extensionUri = extensionUri;
    this.#memories = memories;
    this.#migration = migration;
    this.#subscriptions = [
      memories.onChange(() => void this.#refresh()),
      migration.onChange(() => this.#postMigration()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#postSurroundings()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.#refresh()),
    ];
  }

  /** Opens the panel or brings it to the front; with an id, at this memory. */
  show(id?: string): void {
    if (id !== undefined) this.#wanted = id;
    if (!this.#panel) this.#create();
    else this.#panel.reveal();
    if (this.#look) this.#takeWanted();
  }

  dispose(): void {
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #create(): void {
    const panel = vscode.window.createWebviewPanel('openmagus.panel', 'OpenMagus', vscode.ViewColumn.Active);
    this.#panel = panel;
    panel.iconPath = new vscode.ThemeIcon('sparkle');
    panel.webview.onDidReceiveMessage((message) => void this.#receive(message));
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#look = undefined;
      this.#selected = null;
    });
    fillWebview(panel.webview, this.#extensionUri, 'panel');
  }

  async #receive(message: unknown): Promise<void> {
    try {
      const { panelRequestSchema } = await import('../../protocol/panel.ts');
      await this.#answer(panelRequestSchema.parse(message));
    } catch (error) {
      const { message: text, kind, code } = toMagusError(error);
      this.#post({ type: 'failure', message: text, kind, ...(code === undefined ? {} : { code }) });
    }
  }

  async #answer(request: PanelRequest): Promise<unknown> {
    switch (request.type) {
      case 'ready':
        this.#look = request.look;
        this.#selected = request.id;
        this.#postSurroundings();
        this.#postMigration();
        this.#takeWanted();
        return this.#refresh();
      case 'look':
        this.#look = request.look;
        return this.#postList(request.look);
      case 'select':
        this.#selected = request.id;
        return this.#postDetail();
      case 'pin':
        return this.#memories.change(request.id, { pinned: request.pinned });
      case 'edit':
        return this.#memories.change(request.id, { title: request.title, text: request.text });
      case 'forget':
        return vscode.commands.executeCommand('openmagus.forgetMemory', request.choice);
      case 'transfer':
        return vscode.commands.executeCommand(`openmagus.${request.way}Memories`);
      case 'migrate':
        if (request.act === 'start') return vscode.commands.executeCommand('openmagus.migrateMemory');
        return this.#migration.act(request.act);
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

  #takeWanted(): void {
    if (this.#wanted === undefined) return;
    this.#selected = this.#wanted;
    this.#wanted = undefined;
    this.#post({ type: 'select', id: this.#selected });
    void this.#postDetail();
  }

  async #refresh(): Promise<void> {
    if (!this.#look) return;
    await Promise.all([this.#postList(this.#look), this.#postDetail()]);
  }

  async #postList(look: Look): Promise<void> {
    const listed = await this.#memories.look(look);
    // An answer to an older question would take the place of the newer one.
    if (look === this.#look) this.#post({ type: 'listed', look, ...listed });
  }

  async #postDetail(): Promise<void> {
    const id = this.#selected;
    if (id === null) return;
    const detail = await this.#memories.detail(id);
    if (id === this.#selected) this.#post({ type: 'shown', id, detail });
  }

  #postSurroundings(): void {
    const surroundings = { trusted: vscode.workspace.isTrusted, roots: workspaceRoots() };
    this.#post({ type: 'surroundings', surroundings });
  }

  #postMigration(): void {
    this.#post({ type: 'migration', migration: this.#migration.picture ?? null });
  }

  #post(update: PanelUpdate): void {
    void this.#panel?.webview.postMessage(update);
  }
}
