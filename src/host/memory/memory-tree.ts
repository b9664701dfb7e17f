import * as vscode from 'vscode';
import type { MemoryKind } from '../../protocol/memory.ts';
import type { MemoryEntry } from '../../protocol/panel.ts';
import type { MemoryDesk } from './memory-desk.ts';

type Node = { readonly kind: MemoryKind; readonly entries: readonly MemoryEntry[] } | MemoryEntry;

const groups = {
  episode: { label: 'Episodes', icon: 'history' },
  fact: { label: 'Facts', icon: 'lightbulb' },
  workflow: { label: 'Workflows', icon: 'type-hierarchy' },
} as const satisfies Readonly<Record<MemoryKind, unknown>>;
const kinds = Object.keys(groups) as MemoryKind[];

/** What is remembered for the open folders, by kind; the whole is in the explorer. */
export function registerMemoryTree(memories: MemoryDesk): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const view = vscode.window.createTreeView<Node>('openmagus.memory', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (parent) => {
        if (parent) return 'entries' in parent ? [...parent.entries] : [];
        const all = kinds.map(async (kind) => {
          const { entries } = await memories.look({ kind, text: '', everywhere: false });
          return { kind, entries };
        });
        return (await Promise.all(all)).filter(({ entries }) => entries.length > 0);
      },
      getTreeItem: (node) => ('entries' in node ? groupItem(node) : memoryItem(node)),
    },
  });
  return vscode.Disposable.from(
    view,
    changed,
    memories.onChange(() => changed.fire()),
  );
}

function groupItem({ kind, entries }: Extract<Node, { entries: unknown }>): vscode.TreeItem {
  const item = new vscode.TreeItem(groups[kind].label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = kind;
  item.description = String(entries.length);
  item.iconPath = new vscode.ThemeIcon(groups[kind].icon);
  return item;
}

function memoryItem({ record }: MemoryEntry): vscode.TreeItem {
  const { id, title, text, at, pinned, source, workflow, review } = record;
  const waits = review && !pinned;
  const item = new vscode.TreeItem(title.slice(0, 120));
  const told = workflow ? `worked ${workflow.successes} of ${workflow.runs}` : at.slice(0, 10);
  item.id = id;
  item.description = pinned ? `${told}, pinned` : waits ? `${told}, waits for your review` : told;
  item.tooltip = `${title}\n${text.slice(0, 500)}\n\n${new Date(at).toLocaleString()}, from ${source}`;
  item.contextValue = waits ? 'memory-to-review' : 'memory';
  if (waits) item.iconPath = new vscode.ThemeIcon('question');
  if (pinned) item.iconPath = new vscode.ThemeIcon('pinned');
  item.command = { command: 'openmagus.openMemory', title: 'Open Memory', arguments: [id] };
  return item;
}
