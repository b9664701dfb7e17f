import type { DatabaseSync } from 'node:sqlite';
import type { JournalOperations } from './journal-protocol.ts';
import { toRecord } from './memory-store.ts';

export type MemoryOutbox = Pick<JournalOperations, 'memoryChanges' | 'advanceReplica'>;

/** How far each replica is. A record that changed twice waits once, with its newest content. */
export function createMemoryOutbox(database: DatabaseSync): MemoryOutbox {
  const positionOf = database.prepare('SELECT position FROM replica WHERE key = ?');
  const next = database.prepare(
    `SELECT position, memory_change.memory_id AS changed, body FROM memory_change
     LEFT JOIN memory ON memory.memory_id = memory_change.memory_id
     WHERE memory_change.kind = ? AND position > ? ORDER BY position LIMIT ?`,
  );
  const count = database.prepare('SELECT count(*) AS waiting FROM memory_change WHERE kind = ? AND position > ?');
  const advance = database.prepare(
    'INSERT INTO replica(key, position) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET position = ?2',
  );
  return {
    memoryChanges: ({ key, kind, limit }) => {
      const position = Number(positionOf.get(key)?.['position'] ?? 0);
      const rows = next.all(kind, position, limit);
      return {
        puts: rows.filter((row) => row['body'] !== null).map(toRecord),
        removed: rows.filter((row) => row['body'] === null).map((row) => String(row['changed'])),
        position: Number(rows.at(-1)?.['position'] ?? position),
        waiting: Number(count.get(kind, position)?.['waiting']),
      };
    },
    advanceReplica: ({ key, position }) => {
      advance.run(key, position);
      return null;
    },
  };
}
