import type { TaskStatus } from './task-event.ts';

/** What a task in a list is: running in this window, ended, or stopped before its end. */
export type TaskState = TaskStatus | 'running' | 'stopped';

export function stateOf(task: { readonly running: boolean; readonly status?: TaskStatus }): TaskState {
  return task.running ? 'running' : (task.status ?? 'stopped');
}

export const taskStateWords: Readonly<Record<TaskState, string>> = {
  running: 'running',
  verified: 'verified',
  unverified: 'done, not checked',
  failed: 'failed',
  'limit-reached': 'stopped at a limit',
  cancelled: 'cancelled',
  stopped: 'not finished',
};
