import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal, type SqliteJournal } from '../../../src/adapters/sqlite/sqlite-journal.ts';
import type { TaskEvent } from '../../../src/protocol/task-event.ts';

export const workerUrl = new URL('../../../src/adapters/sqlite/worker.ts', import.meta.url);

export interface JournalFolder {
  readonly file: string;
  readonly warnings: string[];
  open(): Promise<SqliteJournal>;
  remove(): Promise<void>;
}

/** A real file in a folder of its own; `remove` closes what was opened. */
export async function createJournalFolder(): Promise<JournalFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'openmagus-journal-'));
  const file = join(folder, 'journal.sqlite');
  const warnings: string[] = [];
  const opened: SqliteJournal[] = [];
  return {
    file,
    warnings,
    open: async () => {
      const journal = await openJournal({ file, workerUrl, onWarning: (text) => warnings.push(text) });
      opened.push(journal);
      return journal;
    },
    remove: async () => {
      await Promise.allSettled(opened.map((journal) => journal.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function created(goal: string, roots: readonly string[] = ['/workspace']): TaskEvent {
  return {
    type: 'task-created',
    start: {
      goal,
      mode: 'auto',
      approve: 'ask',
      roots: [...roots],
      trusted: true,
      memory: true,
      lessons: false,
      limits: { maxTurns: 100 },
      context: [],
    },
  };
}

export function warning(message: string): TaskEvent {
  return { type: 'warning', message };
}
