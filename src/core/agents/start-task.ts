import type * as z from 'zod/mini';
import { taskStartSchema } from '../../protocol/task-start.ts';
import { mostGoalCharacters } from '../../protocol/text-limits.ts';
import { MagusError } from '../errors/magus-error.ts';
import { parseInWords } from '../errors/parse-in-words.ts';
import type { Ports } from '../ports.ts';
import { redactEvent } from '../security/redact-event.ts';
import { secretsOfFolders } from '../security/secrets-of-folders.ts';

/** Checks a request from any entry and puts it on disk as a new task. Returns its id; throws `user-input`. */
export async function createTask(
  ports: Pick<Ports, 'log' | 'hash' | 'files' | 'secrets'>,
  request: z.input<typeof taskStartSchema>,
): Promise<string> {
  const goal = request.goal.trim();
  if (goal === '') throw badTask('The goal is empty. Say in a sentence what should be done.');
  if (goal.length > mostGoalCharacters)
    throw badTask(
      `The goal has ${goal.length.toLocaleString('en')} characters, at most ${mostGoalCharacters.toLocaleString('en')} are taken. Put the long part into a file of the workspace and name that file.`,
    );
  const start = parseInWords(taskStartSchema, { ...request, goal }, 'the task');
  if (!start.ok) throw badTask(`The task cannot start. Mend this first: ${start.faults.join('; ')}`);
  const taskId = `t-${ports.hash.randomId().slice(0, 12)}`;
  const created = { type: 'task-created', start: start.value } as const;
  const secrets = [...ports.secrets(), ...(await secretsOfFolders(ports.files, start.value.roots))];
  const clean = redactEvent(created, secrets);
  const changed = JSON.stringify(clean) !== JSON.stringify(created);
  await ports.log.append(taskId, changed ? [clean, { type: 'warning', message: secretInGoal }] : [clean]);
  return taskId;
}

const secretInGoal =
  'What looked like a secret was taken out of the goal or of what was attached to it. Put secrets into an environment variable or a file, and name that.';

function badTask(message: string): MagusError {
  return new MagusError('user-input', message, { code: 'BAD_TASK' });
}
