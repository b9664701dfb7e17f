import { homedir } from 'node:os';
import { MagusError } from '../core/errors/magus-error.ts';
import { foldEvents } from '../core/task/reduce.ts';
import { taskMarkdown } from '../core/task/task-markdown.ts';
import { printable } from './printable.ts';
import { withPorts } from './with-ports.ts';

export async function listTasks(): Promise<number> {
  const tasks = await withPorts((ports) => ports.log.tasks({ limit: 100 }));
  for (const task of tasks)
    process.stdout.write(
      `${task.taskId}  ${task.createdAt}  ${(task.status ?? 'open').padEnd(13)}  ${printable(task.goal.split('\n', 1)[0]?.slice(0, 80) ?? '')}\n`,
    );
  if (tasks.length === 0) process.stdout.write('No tasks yet. Start one with: openmagus run "goal"\n');
  return 0;
}

export async function showTask(words: readonly string[]): Promise<number> {
  const taskId = taskOf(words);
  const events = await withPorts((ports) => ports.log.read(taskId));
  foldEvents(taskId, events);
  for (const logged of events)
    process.stdout.write(
      words.includes('--json')
        ? `${JSON.stringify(logged)}\n`
        : `${String(logged.seq).padStart(5)}  ${logged.at}  ${printable(JSON.stringify(logged.event)).slice(0, 200)}\n`,
    );
  return 0;
}

export async function exportTask(words: readonly string[]): Promise<number> {
  const taskId = taskOf(words);
  const events = await withPorts((ports) => ports.log.read(taskId));
  process.stdout.write(taskMarkdown(foldEvents(taskId, events), homedir()));
  return 0;
}

function taskOf(words: readonly string[]): string {
  const taskId = words.find((word) => !word.startsWith('-'));
  if (taskId === undefined) throw new MagusError('user-input', 'Which task? List them with: openmagus tasks');
  return taskId;
}
