import type { TaskLimits, TaskStart } from '../../protocol/task-start.ts';
import type { Ports } from '../ports.ts';
import { foldEvents } from '../task/reduce.ts';

/**
 * Opens an ended or interrupted task again under these terms; `runTask` then goes on where the log ends. The limits count
 * from here. Throws `user-input` for an unknown task or one that another process is running.
 */
export async function resumeTask(
  ports: Pick<Ports, 'log'>,
  taskId: string,
  terms: { readonly approve: TaskStart['approve']; readonly limits: TaskLimits },
): Promise<void> {
  foldEvents(taskId, await ports.log.read(taskId));
  // The terms alone: whoever calls may hold more, such as a key.
  await ports.log.append(taskId, [{ type: 'task-resumed', approve: terms.approve, limits: terms.limits }]);
}
