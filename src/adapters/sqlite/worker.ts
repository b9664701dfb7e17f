import type { DatabaseSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import { MagusError } from '../../core/errors/magus-error.ts';
import {
  failedAnswer,
  silenceExperimentalWarning,
  type ThreadAnswer,
  type ThreadRequest,
} from '../../core/thread-questions.ts';
import { distrust } from './integrity.ts';
import type { JournalNotice, JournalOperations } from './journal-protocol.ts';
import { createLeaseStore, heartbeatMs } from './lease-store.ts';
import { createMemoryOutbox } from './memory-outbox.ts';
import { createMemoryStore } from './memory-store.ts';
import { createModelStore } from './model-store.ts';
import { openDatabase } from './open-database.ts';
import { createRecollections } from './recollections.ts';
import { fromSqlite, isDamage } from './sqlite-error.ts';
import { createTaskStore } from './task-store.ts';
import { createVectorStore } from './vector-store.ts';

/** Entry of the journal's thread: SQLite blocks, so it lives here. Requests are answered in the order they came. */
function serve(): void {
  silenceExperimentalWarning(process);
  let operations: JournalOperations | undefined;
  let file = '';
  parentPort?.on('message', (request: ThreadRequest) => {
    try {
      if (request.name === 'open') {
        file = (request.input as { file: string }).file;
        const { database, warnings } = openDatabase(file);
        operations = createOperations(database, warnings);
      }
      if (operations === undefined) throw new MagusError('internal', 'The journal is not open: send open first.');
      const perform = operations[request.name as keyof JournalOperations] as (input: unknown) => unknown;
      post({ type: 'answered', id: request.id, output: perform(request.input) });
    } catch (error) {
      if (isDamage(error)) distrust(file);
      post(failedAnswer(request.id, fromSqlite(error, file)));
    }
    if (request.name === 'close') parentPort?.close();
  });
}

function createOperations(database: DatabaseSync, warnings: readonly string[]): JournalOperations {
  const leases = createLeaseStore(database, (token) => post({ type: 'lease-lost', token }));
  const vectors = createVectorStore(database);
  const heart = setInterval(() => {
    try {
      leases.beat();
    } catch {
      // A lock or a full disk may pass before the lease is stale; whoever takes it over is noticed at the next beat.
    }
  }, heartbeatMs);
  return {
    open: () => ({ warnings }),
    ...createTaskStore(database, leases.guard),
    ...createModelStore(database),
    ...createMemoryStore(database, vectors),
    ...createMemoryOutbox(database),
    recollections: createRecollections(database),
    unembedded: vectors.unembedded,
    putVectors: vectors.putVectors,
    acquire: leases.acquire,
    confirm: leases.confirm,
    release: leases.release,
    close: () => {
      clearInterval(heart);
      try {
        leases.releaseAll();
        // Without it, deleted text would stay readable in the write-ahead log.
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        database.close();
      }
      return null;
    },
  };
}

function post(reply: ThreadAnswer | JournalNotice): void {
  parentPort?.postMessage(reply);
}

serve();
