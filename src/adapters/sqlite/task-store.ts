import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storable } from '../../core/memory/words.ts';
import type { TaskSummary } from '../../core/ports.ts';
import type { LoggedEvent, TaskEvent, TaskStatus } from '../../protocol/task-event.ts';
import { createDeploymentStore, type DeploymentStore } from './deployment-store.ts';
import { everyPrefix } from './full-text-query.ts';
import type { JournalOperations } from './journal-protocol.ts';
import { inTransaction } from './transaction.ts';

export type TaskStore = DeploymentStore & Pick<JournalOperations, 'append' | 'read' | 'tasks'>;

/** Events of tasks, the summaries drawn from them and what tasks deployed. `guard` runs inside each append's transaction and may refuse it. */
export function createTaskStore(database: DatabaseSync, guard: (taskId: string) => void): TaskStore {
  const lastSeq = database.prepare('SELECT last_seq FROM task WHERE task_id = ?');
  const insertEvent = database.prepare('INSERT INTO event(task_id, seq, at, body) VALUES (?, ?, ?, ?)');
  const updateSeq = database.prepare('UPDATE task SET last_seq = ? WHERE task_id = ?');
  const readEvents = database.prepare('SELECT seq, at, body FROM event WHERE task_id = ? AND seq >= ? ORDER BY seq');
  const summarise = createSummaryWriter(database);
  const listTasks = database.prepare(`${selectTask} WHERE (?1 IS NULL OR workspace = ?1) ORDER BY id DESC LIMIT ?2`);
  const findTasks = database.prepare(
    `${selectTask} WHERE (?1 IS NULL OR workspace = ?1)
     AND id IN (SELECT rowid FROM task_text WHERE task_text MATCH ?3) ORDER BY id DESC LIMIT ?2`,
  );
  return {
    ...createDeploymentStore(database),
    append: ({ taskId, events }) =>
      inTransaction(database, () => {
        guard(taskId);
        const at = new Date().toISOString();
        const known = lastSeq.get(taskId)?.['last_seq'];
        if (known === undefined) summarise.create(taskId, at);
        const firstSeq = Number(known ?? 0) + 1;
        events.forEach((event, index) => {
          insertEvent.run(taskId, firstSeq + index, at, JSON.stringify(event));
          summarise.note(taskId, event);
        });
        updateSeq.run(firstSeq + events.length - 1, taskId);
        return { firstSeq, at };
      }),
    read: ({ taskId, fromSeq }) => readEvents.all(taskId, fromSeq).map((row) => toLoggedEvent(taskId, row)),
    tasks: ({ workspace, text, limit }) => {
      const query = everyPrefix(text ?? '');
      const most = limit ?? -1;
      if (query !== '') return findTasks.all(workspace ?? null, most, query).map(toSummary);
      return text?.trim() ? [] : listTasks.all(workspace ?? null, most).map(toSummary);
    },
  };
}

const selectTask = 'SELECT task_id, goal, workspace, created_at, last_seq, status FROM task';

type Row = NonNullable<ReturnType<StatementSync['get']>>;

function toLoggedEvent(taskId: string, row: Row): LoggedEvent {
  return {
    seq: Number(row['seq']),
    at: String(row['at']),
    taskId,
    event: JSON.parse(String(row['body'])) as TaskEvent,
  };
}

function toSummary(row: Row): TaskSummary {
  const summary = {
    taskId: String(row['task_id']),
    goal: String(row['goal']),
    workspace: String(row['workspace']),
    createdAt: String(row['created_at']),
    lastSeq: Number(row['last_seq']),
  };
  return row['status'] === null ? summary : { ...summary, status: String(row['status']) as TaskStatus };
}

interface SummaryWriter {
  create(taskId: string, at: string): void;
  note(taskId: string, event: TaskEvent): void;
}

function createSummaryWriter(database: DatabaseSync): SummaryWriter {
  const insert = database.prepare(
    "INSERT INTO task(task_id, goal, workspace, created_at, last_seq) VALUES (?, '', '', ?, 0)",
  );
  const describe = database.prepare('UPDATE task SET goal = ?, workspace = ? WHERE task_id = ? RETURNING id');
  const index = database.prepare('INSERT OR REPLACE INTO task_text(rowid, goal) VALUES (?, ?)');
  const setStatus = database.prepare('UPDATE task SET status = ? WHERE task_id = ?');
  return {
    create: (taskId, at) => insert.run(taskId, at),
    note: (taskId, event) => {
      if (event.type === 'task-created') {
        const goal = storable(event.start.goal);
        const row = describe.get(goal, event.start.roots.join(':'), taskId);
        index.run(Number(row?.['id']), goal);
      } else if (event.type === 'task-ended') setStatus.run(event.status, taskId);
      else if (event.type === 'task-resumed') setStatus.run(null, taskId);
    },
  };
}
