import type { DatabaseSync } from 'node:sqlite';
import type { MemoryHit } from '../../protocol/task-event.ts';
import type { JournalOperations } from './journal-protocol.ts';

/** A task recalls among its first events. Looking further, and in more tasks, would hold up whoever writes. */
const firstEvents = 20;
const latestTasks = 200;
const mostGoal = 300;

/** Which of the latest tasks were told of a memory when they began, and why. */
export function createRecollections(database: DatabaseSync): JournalOperations['recollections'] {
  const find = database.prepare(
    `SELECT task.task_id, goal, at, body FROM (SELECT id, task_id, goal FROM task ORDER BY id DESC LIMIT ${latestTasks}) AS task
     JOIN event ON event.task_id = task.task_id AND seq <= ${firstEvents}
     WHERE body LIKE '{"type":"memory-recalled"%' AND instr(body, ?) > 0 ORDER BY task.id DESC, seq DESC`,
  );
  return ({ id }) =>
    find.all(JSON.stringify(id)).flatMap((row) => {
      const { hits } = JSON.parse(String(row['body'])) as { readonly hits: readonly MemoryHit[] };
      const hit = hits.find((candidate) => candidate.id === id);
      if (!hit) return [];
      const goal = String(row['goal']).slice(0, mostGoal);
      return [{ taskId: String(row['task_id']), goal, at: String(row['at']), why: hit.why }];
    });
}
