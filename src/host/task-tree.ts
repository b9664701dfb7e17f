import * as vscode from 'vscode';
import type { TaskEntry } from '../protocol/chat-view.ts';
import { stateOf, type TaskState, taskStateWords } from '../protocol/task-words.ts';
import type { TaskService } from './task-service.ts';

const icons: Readonly<Record<TaskState, string>> = {
  running: 'loading~spin',
  verified: 'pass',
  unverified: 'check',
  failed: 'error',
  'limit-reached': 'watch',
  cancelled: 'circle-slash',
  stopped: 'debug-pause',
};

/** The tasks of this workspace, newest first. */
export function registerTaskTree(tasks: TaskService): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const view = vscode.window.createTreeView<TaskEntry>('openmagus.tasks', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (parent) => (parent ? [] : [...(await tasks.tasks())]),
      getTreeItem: taskItem,
    },
  });
  return vscode.Disposable.from(
    view,
    changed,
    tasks.onChange(() => changed.fire()),
  );
}

function taskItem(task: TaskEntry): vscode.TreeItem {
  const state = stateOf(task);
  const item = new vscode.TreeItem(task.goal.replaceAll(/\s+/g, ' ').slice(0, 120));
  item.id = task.taskId;
  item.description = taskStateWords[state];
  item.tooltip = `${task.goal.slice(0, 1000)}\n${taskStateWords[state]}, ${new Date(task.createdAt).toLocaleString()}`;
  item.iconPath = new vscode.ThemeIcon(icons[state]);
  item.contextValue = task.running ? 'running' : 'stopped';
  item.command = { command: 'openmagus.openTask', title: 'Open Task', arguments: [task.taskId] };
  return item;
}
