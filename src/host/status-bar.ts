import * as vscode from 'vscode';
import type { TaskService } from './task-service.ts';

/** One item: idle, working, or waiting for a person; the same facts as context keys for menus. */
export function registerStatusBar(tasks: TaskService): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('openmagus.status', vscode.StatusBarAlignment.Right, 100);
  item.name = 'OpenMagus';
  item.command = 'openmagus.chat.focus';
  let shown = '';
  const show = (): void => {
    const running = tasks.running().length;
    const waiting = tasks.desk.waiting().length;
    if (shown === `${running} ${waiting}`) return;
    shown = `${running} ${waiting}`;
    const { text, tooltip } = face(running, waiting);
    item.text = text;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: `OpenMagus: ${tooltip}` };
    item.backgroundColor = waiting > 0 ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    void vscode.commands.executeCommand('setContext', 'openmagus.running', running > 0);
  };
  show();
  item.show();
  return vscode.Disposable.from(item, tasks.onChange(show));
}

function face(running: number, waiting: number): { readonly text: string; readonly tooltip: string } {
  if (waiting > 0) return { text: '$(bell-dot) OpenMagus asks', tooltip: 'A task waits for your answer' };
  if (running === 1) return { text: '$(loading~spin) OpenMagus', tooltip: 'A task is running' };
  if (running > 1) return { text: `$(loading~spin) OpenMagus ${running}`, tooltip: `${running} tasks are running` };
  return { text: '$(sparkle) OpenMagus', tooltip: 'Open the OpenMagus chat' };
}
