import * as vscode from 'vscode';
import type { TaskStatus } from '../protocol/task-event.ts';
import type { ChatView } from './chat-view.ts';
import type { TaskService } from './task-service.ts';

const words: Readonly<Record<TaskStatus, string>> = {
  verified: 'A task is done, and every check passed.',
  unverified: 'A task is done; nothing could be checked.',
  failed: 'A task has failed.',
  'limit-reached': 'A task has reached its limit.',
  cancelled: '',
};

/** Says that a task ended to someone who is not looking at the chat. */
export function announceEnds(tasks: TaskService, chat: ChatView): vscode.Disposable {
  return tasks.onEvent(({ event, taskId }) => {
    if (event.type !== 'task-ended' || event.status === 'cancelled') return;
    if (chat.visible && chat.taskId === taskId) return;
    const show = event.status === 'failed' ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    void show(`OpenMagus: ${words[event.status]}`, 'Show Task').then((chosen) =>
      chosen ? vscode.commands.executeCommand('openmagus.openTask', taskId) : undefined,
    );
  });
}
