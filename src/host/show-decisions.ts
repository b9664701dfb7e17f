import * as vscode from 'vscode';
import type { TaskService } from './task-service.ts';

/** Every decision of a task as JSON lines in a new editor, to read, search or save: the same as `openmagus policy --audit`. */
export async function showDecisions(tasks: TaskService, taskId: string): Promise<void> {
  const { auditOf } = await import('../core/security/audit.ts');
  const rows = auditOf(await tasks.events(taskId));
  const content = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'jsonl', content }));
}
