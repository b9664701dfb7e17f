import * as vscode from 'vscode';
import { toMagusError } from '../core/errors/magus-error.ts';
import type { ChatView } from './chat-view.ts';
import { fixDiagnostic, selectionCommand } from './selection-commands.ts';
import { secretName } from './settings.ts';
import { taskModeWords } from './task-mode-words.ts';
import type { TaskRequest, TaskService } from './task-service.ts';

export interface Host {
  readonly tasks: TaskService;
  readonly chat: ChatView;
  readonly log: vscode.LogOutputChannel;
  readonly secrets: vscode.SecretStorage;
}

type Command = (host: Host, ...given: readonly unknown[]) => unknown;

/** Every command of OpenMagus; package.json lists the same ids. */
export const commands = {
  'openmagus.newTask': (host) => host.chat.open(null),
  'openmagus.runTask': runTask,
  'openmagus.explainSelection': selectionCommand('Explain the selected code.', 'ask'),
  'openmagus.fixSelection': selectionCommand('Find and fix what is wrong with the selected code.', 'auto'),
  'openmagus.refactorSelection': selectionCommand('Refactor the selected code without changing what it does.', 'auto'),
  'openmagus.documentSelection': selectionCommand('Document the selected code in the style of the file.', 'act'),
  'openmagus.testSelection': selectionCommand('Write tests for the selected code and run them.', 'auto'),
  'openmagus.fixDiagnostic': fixDiagnostic,
  'openmagus.cancelTask': async (host, given) => {
    const taskId = (await chosenTask(host, given, 'running')) ?? undefined;
    if (taskId) host.tasks.cancel(taskId);
  },
  'openmagus.resumeTask': async (host, given) => {
    const taskId = await chosenTask(host, given, 'stopped');
    if (!taskId) return;
    await host.tasks.resume(taskId);
    await host.chat.open(taskId);
  },
  'openmagus.openTask': async (host, given) => {
    const taskId = await chosenTask(host, given, 'any');
    if (taskId) await host.chat.open(taskId);
  },
  'openmagus.reviewChanges': async (host, given) => {
    const taskId = await chosenTask(host, given, 'any');
    const { reviewChanges } = await import('./task-changes.ts');
    if (taskId) await reviewChanges(host.tasks, taskId);
  },
  'openmagus.undoTask': async (host, given) => {
    const taskId = await chosenTask(host, given, 'stopped');
    const { undoTask } = await import('./task-changes.ts');
    if (taskId) await undoTask(host.tasks, taskId);
  },
  'openmagus.setSecret': async (host) => {
    const key = await vscode.window.showInputBox({
      title: 'OpenMagus: API key of the model',
      password: true,
      ignoreFocusOut: true,
      prompt: 'Kept in the secret storage of VS Code. Leave empty to remove it.',
    });
    if (key === undefined) return;
    await (key.trim() ? host.secrets.store(secretName, key.trim()) : host.secrets.delete(secretName));
  },
  'openmagus.showLog': (host) => host.log.show(),
} as const satisfies Record<string, Command>;

/** Registers the whole table; this is where a failing command meets the person. */
export function registerCommands(host: Host): vscode.Disposable[] {
  return Object.entries<Command>(commands).map(([id, command]) =>
    vscode.commands.registerCommand(id, async (...given: unknown[]) => {
      try {
        return await command(host, ...given);
      } catch (error) {
        await showFailure(host, error);
        return undefined;
      }
    }),
  );
}

async function showFailure(host: Host, error: unknown): Promise<void> {
  const failure = toMagusError(error);
  if (failure.kind === 'cancelled') return;
  host.log.error(failure);
  const remedy = failure.kind === 'configuration' ? 'Open Settings' : 'Show Log';
  const chosen = await vscode.window.showErrorMessage(`OpenMagus: ${failure.message}`, remedy);
  if (chosen === 'Show Log') host.log.show();
  if (chosen === 'Open Settings')
    await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:openmagus.openmagus');
}

async function runTask(host: Host, given?: unknown): Promise<string | undefined> {
  const request = isRequest(given) ? given : await askForTask();
  if (!request) return undefined;
  const taskId = await host.tasks.start({ goal: request.goal, mode: request.mode ?? 'auto' });
  await host.chat.open(taskId, false);
  return taskId;
}

function isRequest(given: unknown): given is TaskRequest {
  if (typeof given !== 'object' || given === null || !('goal' in given)) return false;
  const mode = 'mode' in given ? given.mode : undefined;
  return (
    typeof given.goal === 'string' &&
    given.goal.trim() !== '' &&
    (mode === undefined || (typeof mode === 'string' && mode in taskModeWords))
  );
}

async function askForTask(): Promise<TaskRequest | undefined> {
  const goal = await vscode.window.showInputBox({
    title: 'OpenMagus: new task',
    prompt: 'What should be done?',
    ignoreFocusOut: true,
  });
  return goal?.trim() ? { goal: goal.trim() } : undefined;
}

/** A task id, a row of the task tree, or nothing: then the open task if it fits, else the person chooses. */
async function chosenTask(
  host: Host,
  given: unknown,
  wanted: 'running' | 'stopped' | 'any',
): Promise<string | undefined> {
  if (typeof given === 'string') return given;
  if (typeof given === 'object' && given !== null && 'taskId' in given && typeof given.taskId === 'string')
    return given.taskId;
  const fitting = (await host.tasks.tasks()).filter(
    (task) => wanted === 'any' || task.running === (wanted === 'running'),
  );
  const open = fitting.find((task) => task.taskId === host.chat.taskId);
  if (open) return open.taskId;
  const rows = fitting.map((task) => ({
    label: task.goal.slice(0, 100),
    description: task.running ? 'running' : (task.status ?? 'stopped'),
    taskId: task.taskId,
  }));
  if (rows.length === 0) {
    void vscode.window.showInformationMessage(
      wanted === 'running' ? 'OpenMagus: no task is running.' : 'OpenMagus: this workspace has no such task yet.',
    );
    return undefined;
  }
  return (await vscode.window.showQuickPick(rows, { title: 'OpenMagus: which task?' }))?.taskId;
}
