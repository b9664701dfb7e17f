import * as vscode from 'vscode';
import { toMagusError } from '../core/errors/magus-error.ts';
import type { LiveDelta } from '../core/ports.ts';
import type { ViewRequest, ViewUpdate } from '../protocol/chat-view.ts';
import { chatHtml } from './chat-html.ts';
import type { TaskService } from './task-service.ts';

/** Milliseconds: tokens are gathered this long, so that a fast model costs 25 messages a second, not 200. */
const liveInterval = 40;

/** The chat. It holds no truth: the log does, and the view gets a snapshot whenever it says it is ready. */
export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #tasks: TaskService;
  readonly #subscriptions: vscode.Disposable[];
  #view: vscode.WebviewView | undefined;
  #taskId: string | null = null;
  #live: { taskId: string; delta: LiveDelta }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(extensionUri: vscode.Uri, tasks: TaskService) {
    this.#extensionUri = extensionUri;
    this.#tasks = tasks;
    this.#subscriptions = [
      tasks.onEvent((event) => {
        if (event.taskId !== this.#taskId) return;
        this.#flush();
        this.#post({ type: 'event', event });
      }),
      tasks.onLive((live) => {
        if (live.taskId === this.#taskId) this.#gather(live);
      }),
      tasks.onChange(() => void this.#postSurroundings()),
    ];
  }

  get taskId(): string | null {
    return this.#taskId;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [
        vscode.Uri.joinPath(this.#extensionUri, 'dist', 'webview'),
        vscode.Uri.joinPath(this.#extensionUri, 'media'),
      ],
    };
    view.webview.onDidReceiveMessage((message) => void this.#receive(message));
    view.onDidDispose(() => {
      this.#view = undefined;
    });
    view.webview.html = chatHtml(view.webview, this.#extensionUri);
  }

  /** Shows a task in the view; null: the empty view with the history. */
  async open(taskId: string | null, takeFocus = true): Promise<void> {
    this.#taskId = taskId;
    if (takeFocus || !this.#view) await vscode.commands.executeCommand('openmagus.chat.focus');
    else this.#view.show(true);
    await this.#postSnapshot();
  }

  /** A task waits for a person: shows it without taking the focus, unless another task is being watched. */
  async showWaiting(): Promise<void> {
    const waiting = this.#tasks.desk.waiting();
    const first = waiting[0];
    if (first === undefined) return;
    const watched = this.#taskId !== null && this.#tasks.running().includes(this.#taskId);
    await this.open(watched ? this.#taskId : first, false);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #receive(message: unknown): Promise<void> {
    try {
      const { viewRequestSchema } = await import('../protocol/chat-view.ts');
      await this.#answer(viewRequestSchema.parse(message));
    } catch (error) {
      this.#post({ type: 'failure', message: toMagusError(error).message });
    }
  }

  async #answer(request: ViewRequest): Promise<void> {
    switch (request.type) {
      case 'ready':
        return this.#postSnapshot();
      case 'start':
        this.#taskId = await this.#tasks.start(request);
        return this.#postSnapshot();
      case 'open':
        this.#taskId = request.taskId;
        return this.#postSnapshot();
      case 'approve':
        return this.#tasks.desk.approve(request.taskId, request.callId, request.allowed);
      case 'resolve-plan':
        return this.#tasks.desk.resolvePlan(request.taskId, request.plan ?? false);
      case 'answer':
        return this.#tasks.desk.answer(request.taskId, request.callId, request.text);
      case 'cancel':
        return this.#tasks.cancel(request.taskId);
      case 'resume':
        return this.#tasks.resume(request.taskId);
      case 'review':
        return void (await vscode.commands.executeCommand('openmagus.reviewChanges', request.taskId));
      case 'configure':
        return void (await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:openmagus.openmagus'));
      case 'set-key':
        return void (await vscode.commands.executeCommand('openmagus.setSecret'));
      case 'show-log':
        return void (await vscode.commands.executeCommand('openmagus.showLog'));
      default:
        return request satisfies never;
    }
  }

  async #postSnapshot(): Promise<void> {
    if (!this.#view) return;
    const taskId = this.#taskId;
    const surroundings = await this.#tasks.surroundings();
    const events = taskId === null ? [] : await this.#tasks.events(taskId);
    if (taskId === this.#taskId) this.#post({ type: 'snapshot', surroundings, taskId, events });
  }

  async #postSurroundings(): Promise<void> {
    if (!this.#view) return;
    try {
      this.#post({ type: 'surroundings', surroundings: await this.#tasks.surroundings() });
    } catch (error) {
      this.#post({ type: 'failure', message: toMagusError(error).message });
    }
  }

  #gather(live: { taskId: string; delta: LiveDelta }): void {
    const last = this.#live.at(-1);
    if (last && sameStream(last.delta, live.delta))
      last.delta = { ...last.delta, text: last.delta.text + live.delta.text };
    else this.#live.push({ ...live });
    this.#timer ??= setTimeout(() => this.#flush(), liveInterval);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const gathered = this.#live;
    this.#live = [];
    for (const live of gathered) this.#post({ type: 'live', ...live });
  }

  #post(update: ViewUpdate): void {
    void this.#view?.webview.postMessage(update);
  }
}

function sameStream(left: LiveDelta, right: LiveDelta): boolean {
  if (left.type === 'text') return right.type === 'text' && left.conversation === right.conversation;
  return right.type === 'output' && left.callId === right.callId;
}
