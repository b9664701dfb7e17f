import * as vscode from 'vscode';
import type { TaskService } from './task-service.ts';

/** One item: idle, working, or waiting for a person. */
export function registerStatusBar(tasks: TaskService): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('openmagus.status', vscode.StatusBarAlignment.Right, 100);
  item.name = 'OpenMagus';
  item.command = 'openmagus.chat.focus';
  const show = (): void => {
    const running = tasks.running().length;
    const waiting = tasks.desk.waiting().length;
    item.text =
      waiting > 0
        ? '$(bell-dot) OpenMagus asks'
        : running > 0
          ? `$(loading~spin) OpenMagus ${running}`
          : '$(sparkle) OpenMagus';
    item.tooltip =
      waiting > 0 ? 'A task waits for your answer' : running > 0 ? `${running} running` : 'Open the OpenMagus chat';
    item.accessibilityInformation = { label: `OpenMagus: ${item.tooltip}` };
    item.backgroundColor = waiting > 0 ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  };
  show();
  item.show();
  return vscode.Disposable.from(item, tasks.onChange(show));
}
