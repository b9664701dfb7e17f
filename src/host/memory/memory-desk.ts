import * as vscode from 'vscode';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Forgotten } from '../../core/memory/remember.ts';
import type { Ports } from '../../core/ports.ts';
import { type MemoryRecord, memoryKinds } from '../../protocol/memory.ts';
import type { MemoryChoice } from '../../protocol/memory-choice.ts';
import type { Look, MemoryDetail, MemoryEntry } from '../../protocol/panel.ts';
import { type TaskService, workspaceName, workspaceRoots } from '../task-service.ts';

export interface Listed {
  readonly entries: readonly MemoryEntry[];
  readonly more: boolean;
  readonly warnings: readonly string[];
}

const mostListed = 200;
const mostFound = 50;
/** Characters of a text in a list. */
const mostText = 2000;
const patience = 10_000;

/** What is remembered, for the tree, the panel and the commands. It is changed in a trusted workspace only. */
export class MemoryDesk implements vscode.Disposable {
  readonly #tasks: TaskService;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly #lessons: vscode.Disposable;
  /** Something may have been remembered, changed or forgotten. */
  readonly onChange = this.#changes.event;

  constructor(tasks: TaskService) {
    this.#tasks = tasks;
    this.#subscription = tasks.onEvent(({ event }) => {
      if (event.type === 'memory-learned' || event.type === 'task-ended') this.#changes.fire();
    });
    this.#lessons = tasks.onRemembered(() => this.#changes.fire());
  }

  /** Without words the newest first; with words what a task would be told, then what it would not be told and why. */
  async look({ kind, text, everywhere }: Look): Promise<Listed> {
    const ports = await this.#tasks.ports();
    const scope = {
      kinds: kind === null ? memoryKinds : [kind],
      ...(everywhere ? {} : { workspace: workspaceName() }),
    };
    if (text.trim() !== '') return search(ports, { ...scope, text });
    const records = await ports.memory.store.list({ ...scope, limit: mostListed + 1 });
    const entries = records.slice(0, mostListed).map((record) => ({ record: shortened(record), why: '' }));
    return { entries, more: records.length > mostListed, warnings: [] };
  }

  /** Everything known of one. */
  async detail(id: string): Promise<MemoryDetail | null> {
    const { memory } = await this.#tasks.ports();
    const [record] = await memory.store.byIds([id]);
    if (!record) return null;
    const named = [record.supersededBy, record.workflow?.supersedes].filter((other) => typeof other === 'string');
    const related = (await memory.store.byIds(named)).map((other) => ({ id: other.id, title: other.title }));
    const shareWith = record.namespace === memory.team || record.review ? undefined : memory.team?.replace('team/', '');
    return { record, related, recollections: await memory.store.recollections(id), shareWith: shareWith ?? null };
  }

  /** Throws `user-input` when it is gone. */
  async change(id: string, part: Partial<Pick<MemoryRecord, 'title' | 'text' | 'pinned'>>): Promise<void> {
    requireTrust();
    const record = await this.#known(id);
    const { remember } = await import('../../core/memory/remember.ts');
    await remember(await this.#tasks.ports(), [{ ...record, ...part }], AbortSignal.timeout(patience));
    this.#changes.fire();
  }

  /** It becomes the team's, under another id. Throws `user-input` when it is gone. */
  async share(id: string): Promise<MemoryRecord> {
    requireTrust();
    const { shareWithTeam } = await import('../../core/memory/share.ts');
    const shared = await shareWithTeam(await this.#tasks.ports(), await this.#known(id), AbortSignal.timeout(patience));
    this.#changes.fire();
    return shared;
  }

  async #known(id: string): Promise<MemoryRecord> {
    const [record] = await (await this.#tasks.ports()).memory.store.byIds([id]);
    if (record) return record;
    throw new MagusError('user-input', 'This memory has been forgotten meanwhile. Search for another one.');
  }

  /** What was learned where words from outside were heard: the newest first. */
  async toReview(): Promise<readonly MemoryRecord[]> {
    const { memory } = await this.#tasks.ports();
    return memory.store.list({ review: true, limit: mostListed });
  }

  /** Tasks are told of it from now on, or it is forgotten. Throws `user-input` when it is gone. */
  async review(id: string, accepted: boolean): Promise<void> {
    requireTrust();
    const { reviewed } = await import('../../core/memory/remember.ts');
    await reviewed(await this.#tasks.ports(), await this.#known(id), accepted, AbortSignal.timeout(patience));
    this.#changes.fire();
  }

  /** For whoever changes memories past the desk. */
  changed(): void {
    this.#changes.fire();
  }

  async chosen(choice: MemoryChoice): Promise<readonly MemoryRecord[]> {
    const { chooseMemories } = await import('../../core/memory/choose-memories.ts');
    return chooseMemories(await this.#tasks.ports(), choice, AbortSignal.timeout(patience));
  }

  async forget(ids: readonly string[]): Promise<Forgotten> {
    requireTrust();
    const { forget } = await import('../../core/memory/remember.ts');
    try {
      return await forget(await this.#tasks.ports(), ids, new AbortController().signal);
    } finally {
      this.#changes.fire();
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#lessons.dispose();
    this.#changes.dispose();
  }
}

/** Throws `permission-denied` in Restricted Mode. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new MagusError(
    'permission-denied',
    'In Restricted Mode nothing is remembered or changed. Trust the workspace with Workspaces: Manage Workspace Trust.',
    { code: 'UNTRUSTED' },
  );
}

type Query = Parameters<Ports['memory']['store']['search']>[0];

async function search(ports: Ports, query: Omit<Query, 'limit'>): Promise<Listed> {
  const { recallMemories } = await import('../../core/memory/recall-memories.ts');
  const { unheldBecause } = await import('../../core/memory/fuse.ts');
  const signal = AbortSignal.timeout(patience);
  const { hits, warnings } = await recallMemories(
    ports,
    { ...query, roots: workspaceRoots(), limit: mostFound },
    signal,
  );
  const rankings = await ports.memory.store.search({ ...query, limit: mostFound }, signal);
  const found = new Map(rankings.flatMap(({ records }) => records.map((record) => [record.id, record])));
  const unknown = hits.map(({ id }) => id).filter((id) => !found.has(id));
  for (const record of await ports.memory.store.byIds(unknown)) found.set(record.id, record);
  const entries: MemoryEntry[] = [];
  for (const { id, why } of hits) {
    const record = found.get(id);
    if (record) entries.push({ record: shortened(record), why });
    found.delete(id);
  }
  for (const record of found.values()) {
    const why = unheldBecause(record, ports.clock.now());
    if (why !== undefined) entries.push({ record: shortened(record), why: `no task is told of it: ${why}` });
  }
  return { entries, more: hits.length === mostFound, warnings };
}

function shortened(record: MemoryRecord): MemoryRecord {
  return record.text.length > mostText ? { ...record, text: `${record.text.slice(0, mostText)}…` } : record;
}
