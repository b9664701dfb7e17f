import * as z from 'zod/mini';
import { taskStartSchema } from '../../protocol/task-start.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';

/** Checks a request from any entry and puts it on disk as a new task. Returns its id; throws `user-input`. */
export async function createTask(
  ports: Pick<Ports, 'log' | 'hash'>,
  request: z.input<typeof taskStartSchema>,
): Promise<string> {
  const start = z.safeParse(taskStartSchema, { ...request, goal: request.goal.trim() });
  if (!start.success) {
    const empty = request.goal.trim() === '';
    const message = empty
      ? 'The goal is empty. Say in a sentence what should be done.'
      : `The task cannot start: ${z.prettifyError(start.error)}`;
    throw new MagusError('user-input', message, { code: 'BAD_TASK' });
  }
  const taskId = `t-${ports.hash.randomId().slice(0, 12)}`;
  await ports.log.append(taskId, [{ type: 'task-created', start: start.data }]);
  return taskId;
}
