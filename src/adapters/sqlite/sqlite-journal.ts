import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Deployments } from '../../core/deploy/deployment.ts';
import type { MemoryStore } from '../../core/memory/memory-ports.ts';
import type { AnswerStore } from '../../core/models/answer-cache.ts';
import type { SpendingLedger } from '../../core/models/budget.ts';
import type { TaskLog } from '../../core/ports.ts';
import { type JournalThread, startThread } from './journal-thread.ts';
import { createDeployments } from './sqlite-deployments.ts';
import { acquireLease, createSqliteMemory } from './sqlite-memory.ts';

export interface SqliteJournal {
  readonly log: TaskLog;
  readonly ledger: SpendingLedger;
  readonly answers: AnswerStore;
  readonly memory: MemoryStore;
  readonly deployments: Deployments;
  /** Finishes what was asked before, releases all leases and ends the thread. */
  close(): Promise<void>;
}

/** The one store of tasks and memories: an SQLite file, worked on by a thread of its own. Several processes may share it. */
export async function openJournal(options: {
  file: string;
  workerUrl: URL | string;
  onWarning: (text: string) => void;
}): Promise<SqliteJournal> {
  const thread = startThread(new Worker(options.workerUrl, { name: 'openmagus-journal' }));
  try {
    const { warnings } = await thread.ask('open', { file: options.file });
    for (const warning of warnings) options.onWarning(warning);
  } catch (error) {
    await thread.end();
    throw error;
  }
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    try {
      await thread.ask('close', {});
    } finally {
      await thread.end();
    }
  };
  return {
    log: createTaskLog(thread),
    ledger: {
      reserve: (reservation) => thread.ask('reserve', reservation),
      settle: async (id, usd) => void (await thread.ask('settle', { id, usd })),
    },
    answers: {
      read: async (key, query) => (await thread.ask('readAnswer', { key, ...query })) ?? undefined,
      keep: async (key, body, limits) => void (await thread.ask('keepAnswer', { key, body, ...limits })),
    },
    memory: createSqliteMemory(thread),
    deployments: createDeployments(thread, path.join(path.dirname(options.file), 'deploy')),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function createTaskLog(thread: JournalThread): TaskLog {
  return {
    append: async (taskId, events) => {
      if (events.length === 0) return [];
      const { firstSeq, at } = await thread.ask('append', { taskId, events });
      return events.map((event, index) => ({ seq: firstSeq + index, at, taskId, event }));
    },
    read: (taskId, fromSeq = 1) => thread.ask('read', { taskId, fromSeq }),
    tasks: (query) => thread.ask('tasks', query),
    acquire: (taskId) => acquireLease(thread, taskId),
  };
}
