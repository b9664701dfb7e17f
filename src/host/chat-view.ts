import * as vscode from 'vscode';
import { toMagusError } from '../core/errors/magus-error.ts';
import type { ViewRequest, ViewUpdate } from '../protocol/chat-view.ts';
import type { Confirmer } from './confirm.ts';
import { findMentions, readMention } from './mentions.ts';
import { remedyCommands } from './show-failure.ts';
import type { TaskService } from './task-service.ts';
import { ViewFeed } from './view-feed.ts';
import { fillWebview } from './webview-html.ts';

/** The chat. It holds no truth: the log does, and the view gets a snapshot whenever it says it is ready. */
export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #tasks: TaskService;
  readonly #confirmer: Confirmer;
  readonly #subscriptions: vscode.Disposable[];
  readonly #turns = new vscode.EventEmitter<void>();
  /** It shows another task, or none. */
  readonly onTurn = this.#turns.event;
  #view: vscode.WebviewView | undefined;
  #taskId: string | null = null;
  #feed: ViewFeed | undefined;
  #surroundingsChanged = false;
  #postingSurroundings = false;

  constructor(extensionUri: vscode.Uri, tasks: TaskService, confirmer: Confirmer) {
    this.#extensionUri = extensionUri;
    this.#confirmer = confirmer;
    this.#tasks = tasks;
    this.#subscriptions = [
      tasks.onEvent((event) => {
        if (event.taskId === this.#taskId) this.#feed?.event(event);
      }),
      tasks.onLive(({ taskId, delta }) => {
        if (taskId === this.#taskId) this.#feed?.live(delta);
      }),
      tasks.onChange(() => void this.#postSurroundings()),
    ];
  }

  get taskId(): string | null {
    return this.#taskId;
  }

  get visible(): boolean {
    return this.#view?.visible ?? false;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.webview.onDidReceiveMessage((message) => void this.#receive(message));
    view.onDidDispose(() => {
      this.#view = undefined;
      this.#stopFeed();
    });
    fillWebview(view.webview, this.#extensionUri, 'chat');
  }

  /** Shows a task in the view; null: the empty view with the history. */
  async open(taskId: string | null, takeFocus = true): Promise<void> {
    const changed = this.#taskId !== taskId;
    this.#turnTo(taskId);
    // A view that was not there yet asks for its snapshot itself.
    const asksItself = !this.#view;
    if (takeFocus || asksItself) await vscode.commands.executeCommand('openmagus.chat.focus');
    else this.#view?.show(true);
    if (!asksItself && (changed || !this.#feed)) await this.#postSnapshot();
  }

  /** A task waits for a person: shows it without taking the focus, unless another task is being watched. */
  async showWaiting(): Promise<void> {
    const first = this.#tasks.desk.waiting()[0];
    if (first === undefined) return;
    const watched = this.#taskId !== null && this.#tasks.running().includes(this.#taskId);
    await this.open(watched ? this.#taskId : first, false);
  }

  dispose(): void {
    this.#stopFeed();
    this.#turns.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #turnTo(taskId: string | null): void {
    if (taskId === this.#taskId) return;
    this.#taskId = taskId;
    this.#turns.fire();
  }

  async #receive(message: unknown): Promise<void> {
    try {
      const { viewRequestSchema } = await import('../protocol/chat-view.ts');
      const { requestOf } = await import('./view-request.ts');
      await this.#answer(requestOf(viewRequestSchema, message));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #answer(request: ViewRequest): Promise<unknown> {
    const { desk } = this.#tasks;
    switch (request.type) {
      case 'ready':
        return this.#postSnapshot();
      case 'start':
        return this.#start(request);
      case 'open':
        this.#turnTo(request.taskId);
        return this.#postSnapshot();
      case 'approve':
        return desk.approve(request.taskId, request.callId, request.allowed);
      case 'resolve-plan':
        return desk.resolvePlan(request.taskId, request.plan ?? false);
      case 'answer':
        return desk.answer(request.taskId, request.callId, request.text);
      case 'cancel':
        return this.#tasks.cancel(request.taskId);
      case 'resume':
        return this.#tasks.resume(request.taskId);
      case 'review':
        return vscode.commands.executeCommand('openmagus.reviewChanges', request.taskId);
      case 'undo':
        return vscode.commands.executeCommand('openmagus.undoTask', request.taskId);
      case 'export':
        return vscode.commands.executeCommand('openmagus.exportTask', request.taskId);
      case 'diff':
      case 'show-result':
        return this.#show(request);
      case 'mention':
        return this.#post({ type: 'mentions', turn: request.turn, candidates: await findMentions(request.query) });
      case 'search':
        return this.#post({ type: 'found', text: request.text, tasks: await this.#tasks.tasks(request.text) });
      case 'open-link':
        return this.#openLink(request.address);
      case 'remedy':
        return vscode.commands.executeCommand(...remedyCommands[request.remedy]);
      default:
        return request satisfies never;
    }
  }

  async #openLink(address: string): Promise<void> {
    const { openLink } = await import('./open-link.ts');
    const { hosts } = (await this.#tasks.ports()).policy();
    await openLink(address, hosts, this.#confirmer);
  }

  async #start(request: Extract<ViewRequest, { type: 'start' }>): Promise<void> {
    const { goal, mode } = request;
    const pointedAt = await Promise.all(request.mentions.map(readMention));
    const images = request.images.map((image) => ({ kind: 'image' as const, text: '', ...image }));
    this.#turnTo(await this.#tasks.start({ goal, mode, context: [...pointedAt, ...images] }));
    await this.#postSnapshot();
  }

  async #show(request: Extract<ViewRequest, { type: 'diff' | 'show-result' }>): Promise<void> {
    const { reviewCall, showResult } = await import('./task-changes.ts');
    if (request.type === 'diff') await reviewCall(this.#tasks, request);
    else await showResult(request);
  }

  async #postSnapshot(): Promise<void> {
    if (!this.#view) return;
    const taskId = this.#taskId;
    this.#stopFeed();
    // Events of the while in which the log is being read wait in the feed.
    const feed = taskId === null ? undefined : new ViewFeed(taskId, (update) => this.#post(update));
    this.#feed = feed;
    try {
      const surroundings = await this.#tasks.surroundings();
      const history = taskId === null ? [] : await this.#tasks.events(taskId);
      if (taskId !== this.#taskId || feed !== this.#feed) return;
      this.#post({ type: 'snapshot', surroundings, taskId });
      feed?.begin(history);
    } catch (error) {
      // The view must not stay blank: it can say what is wrong and take a remedy.
      this.#post({ type: 'snapshot', surroundings: this.#tasks.surroundingsWithout(), taskId: null });
      this.#fail(error);
    }
  }

  /** One at a time: two under way could arrive in the wrong order, and the view would keep the older one. */
  async #postSurroundings(): Promise<void> {
    this.#surroundingsChanged = true;
    if (!this.#view || this.#postingSurroundings) return;
    this.#postingSurroundings = true;
    try {
      while (this.#surroundingsChanged) {
        this.#surroundingsChanged = false;
        this.#post({ type: 'surroundings', surroundings: await this.#tasks.surroundings() });
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#postingSurroundings = false;
    }
  }

  #stopFeed(): void {
    this.#feed?.dispose();
    this.#feed = undefined;
  }

  #fail(error: unknown): void {
    const { message, kind, code } = toMagusError(error);
    this.#post({ type: 'failure', message, kind, ...(code === undefined ? {} : { code }) });
  }

  #post(update: ViewUpdate): void {
    void this.#view?.webview.postMessage(update);
  }
}
