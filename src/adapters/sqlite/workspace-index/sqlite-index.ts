import { Worker } from 'node:worker_threads';
import { abortable } from '../../../core/abortable.ts';
import { MagusError, toMagusError } from '../../../core/errors/magus-error.ts';
import type { FilesFound, IndexState, WorkspaceIndex } from '../../../core/search/workspace-index.ts';
import { startQuestions, type ThreadQuestions } from '../../../core/thread-questions.ts';
import type { IndexNotice, IndexOperations, IndexSettings } from './index-protocol.ts';

export interface SqliteIndex extends WorkspaceIndex {
  /** Leaves off where it is; the next start goes on from there. */
  close(): Promise<void>;
}

interface IndexOptions extends IndexSettings {
  readonly workerUrl: URL | string;
  /** How far the index of a folder is; often, so it must be cheap. */
  readonly onState: (folder: string, state: IndexState) => void;
}

/** Without somebody who watches the files, what a search finds would age. */
const freshForMs = 30_000;

/** Full-text indexes in SQLite, one file for a folder, kept by a thread that starts when it is first needed. */
export function sqliteIndex({ workerUrl, onState, ...settings }: IndexOptions): SqliteIndex {
  const refreshedAt = new Map<string, number>();
  let thread: ThreadQuestions<IndexOperations> | undefined;
  let fault: string | undefined;
  let closing: Promise<void> | undefined;
  const start = (): ThreadQuestions<IndexOperations> => {
    thread = startQuestions<IndexOperations, IndexNotice>(new Worker(workerUrl, { name: 'openmagus-index' }), {
      closedError: (cause) =>
        new MagusError('internal', `The index is closed. ${String(cause ?? '')}`.trim(), { cause }),
      onNotice: ({ folder, state }) => onState(folder, state),
      onEnd: () => {
        thread = undefined;
      },
    });
    void thread.ask('open', { settings }).catch(() => undefined);
    return thread;
  };
  const refresh = async (folders: readonly string[], signal: AbortSignal): Promise<void> => {
    if (closing !== undefined || signal.aborted) return;
    for (const folder of folders) refreshedAt.set(folder, performance.now());
    try {
      const asked = thread ?? start();
      const updates = folders.map((folder) => asked.ask('update', { folder }));
      await abortable(Promise.all(updates), signal);
      fault = undefined;
    } catch (error) {
      fault = signal.aborted ? undefined : toMagusError(error).message;
    }
  };
  return {
    refresh,
    search: async (query, signal) => {
      signal.throwIfAborted();
      const folders = query.folders.filter((folder) => refreshedAt.has(folder));
      if (folders.length === 0 || thread === undefined) return off(fault ?? 'nothing was indexed here');
      try {
        const found = await thread.ask('search', { query: { ...query, folders } });
        const aged = folders.filter((folder) => performance.now() - (refreshedAt.get(folder) ?? 0) > freshForMs);
        if (aged.length > 0) void refresh(aged, signal);
        return found;
      } catch (error) {
        return off(toMagusError(error).message);
      } finally {
        signal.throwIfAborted();
      }
    },
    hold: (held) => void thread?.ask('hold', { held }).catch(() => undefined),
    close: () => {
      const ending = thread;
      closing ??=
        ending === undefined
          ? Promise.resolve()
          : ending.ask('close', {}).then(
              () => ending.end(),
              () => ending.end(),
            );
      return closing;
    },
  };
}

function off(reason: string): FilesFound {
  return { files: [], state: { phase: 'off', reason, done: 0, total: 0 } };
}
