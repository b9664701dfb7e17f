import * as vscode from 'vscode';
import { MagusError, toMagusError } from '../core/errors/magus-error.ts';
import type { Ports } from '../core/ports.ts';
import type { Host } from './commands.ts';
import type { Confirmation } from './confirm.ts';
import { changesOf, reviewChanges } from './task-changes.ts';
import type { TaskService } from './task-service.ts';

/** Brings the files of a task back to how they were before it: all or none. */
export async function undoTask({ tasks, confirmer }: Pick<Host, 'tasks' | 'confirmer'>, taskId: string): Promise<void> {
  if (!vscode.workspace.isTrusted)
    throw new MagusError('permission-denied', 'Files are only changed in a trusted workspace. Trust it first.', {
      code: 'UNTRUSTED',
    });
  const changes = await changesOf(tasks, taskId);
  const files = [...new Set(changes.map(({ path }) => path))];
  if (files.length === 0) throw new MagusError('user-input', 'This task has changed no files.');
  if (!(await confirmer.confirm(confirmationOf(files)))) return;
  try {
    const undone = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'OpenMagus: undoing the task' },
      async () => undo(await tasks.ports(), taskId),
    );
    void vscode.window.showInformationMessage(`OpenMagus: ${undone}`);
  } catch (error) {
    const failure = toMagusError(error);
    if (failure.code !== 'STALE') throw failure;
    await showDifference(tasks, taskId, failure.message);
  }
}

/** Somebody else changed a file since: nothing was undone, and the difference can be looked at. */
async function showDifference(tasks: TaskService, taskId: string, message: string): Promise<void> {
  const review = 'Review Changes';
  const chosen = await vscode.window.showErrorMessage(`OpenMagus: ${message.split('\n', 1)[0]}`, review);
  if (chosen === review) await reviewChanges(tasks, taskId);
}

function confirmationOf(files: readonly string[]): Confirmation {
  const shown = files.slice(0, 10).map((file) => vscode.workspace.asRelativePath(file));
  const more = files.length > shown.length ? `\n… and ${files.length - shown.length} more` : '';
  const detail = `They become what they were before the task:\n${shown.join('\n')}${more}`;
  const title = files.length === 1 ? 'Undo the changes to 1 file?' : `Undo the changes to ${files.length} files?`;
  return { title, detail, action: 'Undo' };
}

async function undo(ports: Ports, taskId: string): Promise<string> {
  const { undoTask: undoHeldTask } = await import('../core/agents/undo-task.ts');
  return undoHeldTask(ports, taskId, new AbortController().signal);
}
