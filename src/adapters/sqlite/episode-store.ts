import type { DatabaseSync } from 'node:sqlite';
import { storable } from '../../core/memory/words.ts';
import { anyWord } from './full-text-query.ts';
import type { JournalOperations } from './journal-protocol.ts';
import { inTransaction } from './transaction.ts';

export type EpisodeStore = Pick<JournalOperations, 'remember' | 'recall'>;

/** Episodes found again by their words, best first. An episode remembered twice under one id is replaced. */
export function createEpisodeStore(database: DatabaseSync): EpisodeStore {
  const write = database.prepare(
    `INSERT INTO episode(episode_id, task_id, workspace, at, title, text, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT(episode_id) DO UPDATE SET task_id = excluded.task_id, workspace = excluded.workspace, at = excluded.at,
       title = excluded.title, text = excluded.text, outcome = excluded.outcome
     RETURNING id`,
  );
  const index = database.prepare('INSERT OR REPLACE INTO episode_text(rowid, title, text) VALUES (?, ?, ?)');
  // A title is a summary: a word found there says more.
  const find = database.prepare(
    `SELECT episode_id, episode.title, episode.text, bm25(episode_text, 2.0, 1.0) AS distance
     FROM episode_text JOIN episode ON episode.id = episode_text.rowid
     WHERE episode_text MATCH ? AND workspace = ? ORDER BY distance, episode.id DESC LIMIT ?`,
  );
  return {
    remember: ({ episode }) =>
      inTransaction(database, () => {
        const title = storable(episode.title);
        const text = storable(episode.text);
        const { id, taskId, workspace, at, outcome } = episode;
        const row = write.get(id, taskId, workspace, at, title, text, outcome);
        index.run(Number(row?.['id']), title, text);
        return null;
      }),
    recall: ({ text, workspace, limit }) => {
      const query = anyWord(text);
      if (query === '') return [];
      return find.all(query, workspace, limit).map((row, position) => ({
        id: String(row['episode_id']),
        kind: 'episode',
        title: String(row['title']),
        text: String(row['text']),
        score: -Number(row['distance']),
        why: `full text, rank ${position + 1}`,
      }));
    },
  };
}
