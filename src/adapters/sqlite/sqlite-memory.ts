import { abortable } from '../../core/abortable.ts';
import { isMagusError } from '../../core/errors/magus-error.ts';
import type { MemoryStore } from '../../core/memory/memory-ports.ts';
import type { Lease } from '../../core/ports.ts';
import type { JournalThread } from './journal-thread.ts';

/** The embedded store, seen from the main thread. SQLite cannot be interrupted: an abort only stops the waiting. */
export function createSqliteMemory(thread: JournalThread): MemoryStore {
  return {
    put: async (records, signal) => {
      signal.throwIfAborted();
      await abortable(thread.ask('putMemories', { records }), signal);
    },
    remove: async (ids, signal) => {
      signal.throwIfAborted();
      await abortable(thread.ask('removeMemories', { ids }), signal);
    },
    search: async (query, signal) => {
      signal.throwIfAborted();
      return abortable(thread.ask('searchMemories', { query }), signal);
    },
    scan: async (page, signal) => abortable(thread.ask('scanMemories', page), signal),
    byIds: (ids) => thread.ask('memoriesById', { ids }),
    list: (filter) => thread.ask('listMemories', { filter }),
    trials: async (query, signal) => abortable(thread.ask('findTrials', query), signal),
    forbidding: (workspace) => thread.ask('forbidding', { workspace }),
    recollections: (id) => thread.ask('recollections', { id }),
    changes: (replica) => thread.ask('memoryChanges', replica),
    advance: async (key, position) => {
      await thread.ask('advanceReplica', { key, position });
    },
    lock: async (key) => {
      try {
        return await acquireLease(thread, `replica ${key}`);
      } catch (error) {
        if (isMagusError(error) && error.code === 'LEASED') return undefined;
        throw error;
      }
    },
    unembedded: (model, limit) => thread.ask('unembedded', { model, limit }),
    putVectors: async (model, vectors) => {
      await thread.ask('putVectors', { model, vectors });
    },
  };
}

export async function acquireLease(thread: JournalThread, name: string): Promise<Lease> {
  const { token } = await thread.ask('acquire', { taskId: name });
  return {
    lost: thread.lostSignal(token),
    confirm: () => thread.ask('confirm', { taskId: name, token }),
    release: async () => {
      if (!thread.isClosed()) await thread.ask('release', { taskId: name, token });
      thread.forget(token);
    },
  };
}
