import * as vscode from 'vscode';
import type { IndexWatch } from './index-watch.ts';
import type { TaskService } from './task-service.ts';

/** One item: idle, working, or waiting for a person, and how far the index is; the same facts as context keys for menus. */
export function registerStatusBar(tasks: TaskService, indexing: IndexWatch): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('openmagus.status', vscode.StatusBarAlignment.Right, 100);
  item.name = 'OpenMagus';
  item.command = 'openmagus.chat.focus';
  let shown = '';
  const show = (): void => {
    const running = tasks.running().length;
    const waiting = tasks.desk.waiting().length;
    const index = indexing.words();
    const facts = `${running} ${waiting} ${index?.text}`;
    if (shown === facts) return;
    shown = facts;
    const { text, tooltip } = statusFace(running, waiting, index);
    item.text = text;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: `OpenMagus: ${tooltip}` };
    item.backgroundColor = waiting > 0 ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    void vscode.commands.executeCommand('setContext', 'openmagus.running', running > 0);
  };
  show();
  item.show();
  return vscode.Disposable.from(item, tasks.onChange(show), indexing.onChange(show));
}

type StatusFace = { readonly text: string; readonly tooltip: string };

/** What the item says. */
export function statusFace(running: number, waiting: number, index: ReturnType<IndexWatch['words']>): StatusFace {
  const { text, tooltip } = faceOf(running, waiting);
  if (!index) return { text, tooltip };
  const idle = running === 0 && waiting === 0;
  return { text: idle && index.busy ? '$(sync~spin) OpenMagus' : text, tooltip: `${tooltip}. ${index.text}` };
}

function faceOf(running: number, waiting: number): StatusFace {
  if (waiting > 0) return { text: '$(bell-dot) OpenMagus asks', tooltip: 'A task waits for your answer' };
  if (running === 1) return { text: '$(loading~spin) OpenMagus', tooltip: 'A task is running' };
  if (running > 1) return { text: `$(loading~spin) OpenMagus ${running}`, tooltip: `${running} tasks are running` };
  return { text: '$(sparkle) OpenMagus', tooltip: 'Open the OpenMagus chat' };
}
