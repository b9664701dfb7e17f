import type { DatabaseSync } from 'node:sqlite';
import type { JournalOperations } from './journal-protocol.ts';
import { inTransaction } from './transaction.ts';

export type ModelStore = Pick<JournalOperations, 'reserve' | 'settle' | 'readAnswer' | 'keepAnswer'>;

/** What models cost on a day, and answers worth keeping. Both are shared by every process of the user. */
export function createModelStore(database: DatabaseSync): ModelStore {
  return { ...spending(database), ...answers(database) };
}

function spending(database: DatabaseSync): Pick<ModelStore, 'reserve' | 'settle'> {
  const spent = database.prepare('SELECT coalesce(sum(usd), 0) AS usd FROM spending WHERE day = ?');
  const take = database.prepare('INSERT INTO spending(id, day, usd) VALUES (?, ?, ?)');
  const settle = database.prepare('UPDATE spending SET usd = ? WHERE id = ?');
  return {
    reserve: ({ id, day, usd, limitUsd }) =>
      inTransaction(database, () => {
        if (usd > 0 && Number(spent.get(day)?.['usd'] ?? 0) + usd > limitUsd) return false;
        take.run(id, day, usd);
        return true;
      }),
    settle: ({ id, usd }) => {
      settle.run(usd, id);
      return null;
    },
  };
}

function answers(database: DatabaseSync): Pick<ModelStore, 'readAnswer' | 'keepAnswer'> {
  const read = database.prepare('SELECT body FROM model_answer WHERE key = ? AND at_ms > ?');
  const use = database.prepare('UPDATE model_answer SET used_ms = ? WHERE key = ?');
  const keep = database.prepare(
    'INSERT OR REPLACE INTO model_answer(key, at_ms, used_ms, bytes, body) VALUES (?, ?, ?, ?, ?)',
  );
  const total = database.prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM model_answer');
  const oldest = database.prepare('SELECT key, bytes FROM model_answer ORDER BY used_ms');
  const drop = database.prepare('DELETE FROM model_answer WHERE key = ?');
  return {
    readAnswer: ({ key, afterMs, nowMs }) => {
      const body = read.get(key, afterMs)?.['body'];
      if (typeof body !== 'string') return null;
      use.run(nowMs, key);
      return body;
    },
    keepAnswer: ({ key, body, nowMs, maxBytes }) =>
      inTransaction(database, () => {
        keep.run(key, nowMs, nowMs, Buffer.byteLength(body), body);
        let over = Number(total.get()?.['bytes'] ?? 0) - maxBytes;
        if (over <= 0) return null;
        for (const row of oldest.all()) {
          if (over <= 0) break;
          drop.run(String(row['key']));
          over -= Number(row['bytes']);
        }
        return null;
      }),
  };
}
