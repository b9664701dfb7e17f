import * as vscode from 'vscode';
import { stateOf, taskStateWords } from '../protocol/task-words.ts';
import type { Host } from './commands.ts';

type Wanted = 'running' | 'stopped' | 'any';

/** A task id, a row of the task tree, or nothing: then the open task if it fits, else the person chooses. */
export async function chosenTask(host: Host, given: unknown, wanted: Wanted): Promise<string | undefined> {
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
    description: taskStateWords[stateOf(task)],
    taskId: task.taskId,
  }));
  if (rows.length === 0) {
    void vscode.window.showInformationMessage(noneOf[wanted]);
    return undefined;
  }
  return (await vscode.window.showQuickPick(rows, { title: 'OpenMagus: which task?' }))?.taskId;
}

const noneOf: Readonly<Record<Wanted, string>> = {
  running: 'OpenMagus: no task is running.',
  stopped: 'OpenMagus: this workspace has no task that is not running.',
  any: 'OpenMagus: this workspace has no tasks yet.',
};
