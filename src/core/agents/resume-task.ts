import type { TaskLimits, TaskStart } from '../../protocol/task-start.ts';
import type { Ports } from '../ports.ts';
import { foldEvents } from '../task/reduce.ts';

/** Opens an ended or interrupted task again under these terms; `runTask` then goes on where the log ends. */
export async function resumeTask(
  ports: Pick<Ports, 'log'>,
  taskId: string,
  terms: { readonly approve: TaskStart['approve']; readonly limits: TaskLimits },
): Promise<void> {
  foldEvents(taskId, await ports.log.read(taskId));
  await ports.log.append(taskId, [{ type: 'task-resumed', ...terms }]);
}
