import * as vscode from 'vscode';
import type { Ports } from '../core/ports.ts';
import type { IndexState } from '../core/search/workspace-index.ts';
import { readSettings } from './settings.ts';
import type { TaskService } from './task-service.ts';

type IndexPorts = Pick<Ports, 'files' | 'index'>;

/** Files change in bursts. */
const quietMs = 1000;
/** Looking for what changed may take this share of the time of one thread. */
const leastRest = 20;
const longestRestMs = 10_000;
const typingMs = 2000;
const elsewhereMs = 15_000;
const shownEveryMs = 250;
/** Never indexed, and full of changes. */
const unwatched = /[\\/](?:\.git|node_modules)(?:[\\/]|$)/;

/**
 * Keeps the index of this window's trusted folders up to date, from when the core was first needed: after changes of files,
 * not while somebody types.
 */
export class IndexWatch implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onChange = this.#changes.event;
  readonly #states = new Map<string, IndexState>();
  readonly #listeners: vscode.Disposable[] = [];
  #watchers: vscode.Disposable[] = [];
  #ports: IndexPorts | undefined;
  #due: NodeJS.Timeout | undefined;
  #shows: NodeJS.Timeout | undefined;
  #typing: NodeJS.Timeout | undefined;
  #typedAt = 0;
  #lastTookMs = 0;
  #hasPaused = false;
  readonly #ended = new AbortController();

  constructor(tasks: TaskService, log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#listeners.push(
      tasks.onPorts((ports) => this.#start(ports)),
      tasks.onIndexState(([folder, state]) => this.#heard(folder, state)),
    );
  }

  /** For the status bar: what is being done, or waited for; undefined: nothing that need be said. */
  words(): { readonly text: string; readonly busy: boolean } | undefined {
    const states = [...this.#states.values()];
    const open = states.filter(({ phase }) => phase === 'updating' || phase === 'paused');
    if (open.length === 0) return undefined;
    const sum = (count: (state: IndexState) => number): string =>
      open.reduce((all, state) => all + count(state), 0).toLocaleString('en');
    const counts = `${sum(({ done }) => done)} of ${sum(({ total }) => total)} files`;
    const waits = open.every(({ phase }) => phase === 'paused') ? open[0]?.reason : undefined;
    if (waits !== undefined) return { text: `Indexing waits (${waits}): ${counts}`, busy: false };
    return { text: `Indexing the workspace: ${counts}`, busy: true };
  }

  /** Files in the index of this window's folders. */
  indexed(): number {
    return [...this.#states.values()].reduce((sum, { done }) => sum + done, 0);
  }

  dispose(): void {
    this.#ended.abort();
    for (const timer of [this.#due, this.#shows, this.#typing]) clearTimeout(timer);
    vscode.Disposable.from(...this.#watchers, ...this.#listeners, this.#changes).dispose();
  }

  #start(ports: IndexPorts): void {
    // After a start of the core that failed there may be a second one.
    const isFirst = this.#ports === undefined;
    this.#ports = ports;
    if (!isFirst || !readSettings().index) return;
    this.#listeners.push(
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#watchFolders()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#plan(0)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document.uri.scheme === 'file') this.#typed();
      }),
    );
    this.#watchFolders();
  }

  #heard(folder: string, state: IndexState): void {
    const before = this.#states.get(folder);
    if (state.phase === 'paused') this.#hasPaused = true;
    this.#states.set(folder, state);
    if (state.phase === 'off' && before?.reason !== state.reason)
      this.#log.warn(`The index of ${folder} is off: ${state.reason}`);
    this.#shows ??= setTimeout(() => {
      this.#shows = undefined;
      this.#changes.fire();
    }, shownEveryMs);
  }

  #watchFolders(): void {
    vscode.Disposable.from(...this.#watchers).dispose();
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    this.#watchers = folders.flatMap((folder) => {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**/*'));
      const changed = ({ fsPath }: vscode.Uri): void => {
        if (!unwatched.test(fsPath))
          this.#plan(Math.max(quietMs, Math.min(this.#lastTookMs * leastRest, longestRestMs)));
      };
      return [watcher, watcher.onDidCreate(changed), watcher.onDidChange(changed), watcher.onDidDelete(changed)];
    });
    this.#plan(0);
  }

  #plan(afterMs: number): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      void this.#refresh();
    }, afterMs);
  }

  async #refresh(): Promise<void> {
    if (!this.#ports || !vscode.workspace.isTrusted) return;
    const { files, index } = this.#ports;
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const real = await Promise.all(
      folders.map(({ uri }) =>
        files.facts(uri.fsPath).then(
          (facts) => facts.real,
          () => uri.fsPath,
        ),
      ),
    );
    const began = performance.now();
    this.#hasPaused = false;
    await index.refresh(real, this.#ended.signal);
    // A pause is no work: it must not put off the next look.
    if (!this.#hasPaused) this.#lastTookMs = performance.now() - began;
    // Another window is at it: what it brings is seen, or its work gone on with, later.
    if (this.words() !== undefined) this.#plan(elsewhereMs);
  }

  #typed(): void {
    this.#typedAt = performance.now();
    if (this.#typing !== undefined) return;
    this.#ports?.index.hold(true);
    const look = (): void => {
      const left = this.#typedAt + typingMs - performance.now();
      this.#typing = left > 0 ? setTimeout(look, left) : undefined;
      if (left <= 0) this.#ports?.index.hold(false);
    };
    this.#typing = setTimeout(look, typingMs);
  }
}
