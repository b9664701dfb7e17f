import type * as vscode from 'vscode';
import type { TaskEntry } from '../protocol/chat-view.ts';
import type { LoggedEvent, MemoryHit } from '../protocol/task-event.ts';
import type { TaskMode } from '../protocol/task-start.ts';
import type { TaskService } from './task-service.ts';

/** What `activate()` gives to other extensions. */
export interface OpenMagusApi {
  readonly version: 1;
  startTask(request: { readonly goal: string; readonly mode?: TaskMode }): Promise<string>;
  tasks(): Promise<readonly TaskEntry[]>;
  /** Every event from `fromSeq` on, each once and in order: first those already logged, then new ones. */
  onEvent(taskId: string, fromSeq: number, listener: (event: LoggedEvent) => void): vscode.Disposable;
  cancel(taskId: string): void;
  /** What OpenMagus remembers about the words in this workspace, the best first. */
  recall(text: string, limit?: number): Promise<readonly MemoryHit[]>;
}

export function createApi(tasks: TaskService): OpenMagusApi {
  return {
    version: 1,
    startTask: (request) => tasks.start(request),
    tasks: () => tasks.tasks(),
    onEvent: (taskId, fromSeq, listener) => follow(tasks, taskId, fromSeq, listener),
    cancel: (taskId) => tasks.cancel(taskId),
    recall: (text, limit = 5) => tasks.recall(text, limit),
  };
}

function follow(
  tasks: TaskService,
  taskId: string,
  fromSeq: number,
  listener: (event: LoggedEvent) => void,
): vscode.Disposable {
  let next = fromSeq;
  let early: LoggedEvent[] | undefined = [];
  let ended = false;
  const deliver = (event: LoggedEvent): void => {
    if (ended || event.seq < next) return;
    next = event.seq + 1;
    listener(event);
  };
  const subscription = tasks.onEvent((event) => {
    if (event.taskId !== taskId) return;
    if (early) early.push(event);
    else deliver(event);
  });
  const replay = async (): Promise<void> => {
    const logged = await tasks.events(taskId, fromSeq).catch(() => []);
    const waiting = early ?? [];
    early = undefined;
    for (const event of [...logged, ...waiting]) deliver(event);
  };
  void replay();
  return {
    dispose: () => {
      ended = true;
      subscription.dispose();
    },
  };
}
