import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { TaskService } from './task-service.ts';

/** The task as Markdown in a new editor, to save or share: no file contents, nothing that looks like a key. */
export async function exportTask(tasks: TaskService, taskId: string): Promise<void> {
  const { foldEvents } = await import('../core/task/reduce.ts');
  const { taskMarkdown } = await import('../core/task/task-markdown.ts');
  const content = taskMarkdown(foldEvents(taskId, await tasks.events(taskId)), homedir());
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
}
