import * as vscode from 'vscode';
import type { ChatView } from './chat-view.ts';
import { chosenTask } from './chosen-task.ts';
import type { Confirmer } from './confirm.ts';
import type { MemoryDesk } from './memory/memory-desk.ts';
import type { MemoryMigration } from './memory/memory-migration.ts';
import { reviewMemory } from './memory/review-memory.ts';
import type { Panel } from './panel/panel.ts';
import { fixDiagnostic, selectionCommand } from './selection-commands.ts';
import { showFailure } from './show-failure.ts';
import { taskModeWords } from './task-mode-words.ts';
import type { TaskRequest, TaskService } from './task-service.ts';

export interface Host {
  readonly tasks: TaskService;
  readonly chat: ChatView;
  readonly memories: MemoryDesk;
  readonly migration: MemoryMigration;
  readonly panel: Panel;
  readonly log: vscode.LogOutputChannel;
  readonly secrets: vscode.SecretStorage;
  readonly confirmer: Confirmer;
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
  'openmagus.openTask': async (host, given) => {
    const taskId = await chosenTask(host, given, 'any');
    if (taskId) await host.chat.open(taskId);
  },
  'openmagus.cancelTask': async (host, given) => {
    const taskId = await chosenTask(host, given, 'running');
    if (taskId) host.tasks.cancel(taskId);
  },
  'openmagus.resumeTask': async (host, given) => {
    const taskId = await chosenTask(host, given, 'stopped');
    if (!taskId) return;
    await vscode.window.withProgress(
      { location: { viewId: 'openmagus.chat' }, title: 'OpenMagus: resuming the task' },
      () => host.tasks.resume(taskId),
    );
    await host.chat.open(taskId);
  },
  'openmagus.reviewChanges': async (host, given) => {
    const taskId = await chosenTask(host, given, 'any');
    const { reviewChanges } = await import('./task-changes.ts');
    if (taskId) await reviewChanges(host.tasks, taskId);
  },
  'openmagus.undoTask': async (host, given) => {
    const taskId = await chosenTask(host, given, 'stopped');
    const { undoTask } = await import('./undo-task.ts');
    if (taskId) await undoTask(host, taskId);
  },
  'openmagus.exportTask': async (host, given) => {
    const taskId = await chosenTask(host, given, 'any');
    const { exportTask } = await import('./export-task.ts');
    if (taskId) await exportTask(host.tasks, taskId);
  },
  'openmagus.showDecisions': async (host, given) => {
    const taskId = await chosenTask(host, given, 'any');
    const { showDecisions } = await import('./show-decisions.ts');
    if (taskId) await showDecisions(host.tasks, taskId);
  },
  'openmagus.openPanel': (host) => host.panel.show('plan'),
  'openmagus.openConnectors': (host) => host.panel.show('connectors'),
  'openmagus.openMemory': (host, given) => host.panel.show('memory', typeof given === 'string' ? given : undefined),
  'openmagus.forgetMemory': async (host, given) => {
    const { forgetMemories } = await import('./memory/forget-memories.ts');
    await forgetMemories(host, given);
  },
  'openmagus.acceptMemory': (host, given) => reviewMemory(host, given, true),
  'openmagus.rejectMemory': (host, given) => reviewMemory(host, given, false),
  'openmagus.migrateMemory': async (host) => {
    await host.migration.begin();
    host.panel.show('memory');
  },
  'openmagus.exportMemories': async (host, given) => {
    const { exportMemories } = await import('./memory/transfer-memories.ts');
    await exportMemories(host, given);
  },
  'openmagus.importMemories': async (host, given) => {
    const { importMemories } = await import('./memory/transfer-memories.ts');
    await importMemories(host, given);
  },
  'openmagus.manageModels': async (host, given) => {
    const { manageModels } = await import('./manage-models.ts');
    await manageModels(host, given);
  },
  'openmagus.loadModel': async (host, given) => {
    const { moveModel } = await import('./manage-models.ts');
    await moveModel(host, given, 'load');
  },
  'openmagus.unloadModel': async (host, given) => {
    const { moveModel } = await import('./manage-models.ts');
    await moveModel(host, given, 'unload');
  },
  'openmagus.setSecret': async (host, given) => {
    const { setSecret } = await import('./set-secret.ts');
    await setSecret(host, given);
  },
  'openmagus.testCommand': async (host, given) => {
    const { testCommand } = await import('./test-command.ts');
    await testCommand(host.tasks, given);
  },
  'openmagus.trustRuleFiles': async (host) => {
    const { trustRuleFiles } = await import('./trust-rule-files.ts');
    await trustRuleFiles(host.tasks);
  },
  'openmagus.doctor': async (host) => {
    const { doctor } = await import('./doctor.ts');
    await doctor(host);
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
        void showFailure(host.log, error);
        return undefined;
      }
    }),
  );
}

/** From the palette it asks for the goal; another extension or a keybinding gives `{goal, mode?}`. Returns the task's id. */
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
