import type { DatabaseSync } from 'node:sqlite';
import { MagusError } from '../../core/errors/magus-error.ts';
import { inTransaction } from './transaction.ts';

/** Brings the file to the newest version; each migration is one transaction, so a kill leaves a whole version. */
export function migrate(database: DatabaseSync, file: string): void {
  if (schemaVersion(database) === migrations.length) return;
  inTransaction(database, () => {
    // Read again under the write lock: another process may have migrated in between.
    const current = schemaVersion(database);
    refuseNewer(current, file);
    for (const migration of migrations.slice(current)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

export function refuseNewer(version: number, file: string): void {
  if (version <= migrations.length) return;
  throw new MagusError(
    'configuration',
    `${file} was written by a newer OpenMagus (format ${version}, this one knows ${migrations.length}). Update OpenMagus, or set OPENMAGUS_HOME to another folder.`,
    { code: 'NEWER_SCHEMA' },
  );
}

export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

// A released migration is never edited: append the next one. user_version counts them.
const migrations: readonly string[] = [
  `
  CREATE TABLE task(
    id INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE,
    goal TEXT NOT NULL,
    workspace TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    status TEXT
  ) STRICT;
  CREATE INDEX task_by_workspace ON task(workspace, id);
  CREATE TABLE event(
    task_id TEXT NOT NULL REFERENCES task(task_id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY(task_id, seq)
  ) STRICT;
  CREATE TABLE lease(
    task_id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    born_at TEXT NOT NULL,
    beat_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE episode(
    id INTEGER PRIMARY KEY,
    episode_id TEXT NOT NULL UNIQUE,
    task_id TEXT NOT NULL,
    workspace TEXT NOT NULL,
    at TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    outcome TEXT NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE task_text USING fts5(goal, tokenize = 'porter unicode61 remove_diacritics 2');
  CREATE VIRTUAL TABLE episode_text USING fts5(title, text, tokenize = 'porter unicode61 remove_diacritics 2');
  INSERT INTO task_text(task_text, rank) VALUES ('secure-delete', 1);
  INSERT INTO episode_text(episode_text, rank) VALUES ('secure-delete', 1);
  `,
  `
  CREATE TABLE spending(id TEXT PRIMARY KEY, day TEXT NOT NULL, usd REAL NOT NULL) STRICT;
  CREATE INDEX spending_by_day ON spending(day);
  CREATE TABLE model_answer(
    key TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX model_answer_by_use ON model_answer(used_ms);
  `,
  `
  CREATE TABLE memory(
    id INTEGER PRIMARY KEY,
    memory_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    workspace TEXT NOT NULL,
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    task_id TEXT NOT NULL,
    pinned INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX memory_by_time ON memory(at);
  CREATE INDEX memory_by_source ON memory(source);
  CREATE VIRTUAL TABLE memory_text USING fts5(title, text, names, tokenize = 'porter unicode61 remove_diacritics 2');
  CREATE VIRTUAL TABLE memory_line USING fts5(text, tokenize = 'porter unicode61 remove_diacritics 2');
  INSERT INTO memory_text(memory_text, rank) VALUES ('secure-delete', 1);
  INSERT INTO memory_line(memory_line, rank) VALUES ('secure-delete', 1);
  CREATE TABLE trial(
    memory INTEGER NOT NULL REFERENCES memory(id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    failure TEXT NOT NULL,
    ok INTEGER NOT NULL,
    cure TEXT NOT NULL
  ) STRICT;
  CREATE INDEX trial_by_memory ON trial(memory);
  CREATE INDEX trial_by_action ON trial(action);
  CREATE INDEX trial_by_failure ON trial(failure);
  CREATE TABLE memory_vector(
    memory INTEGER NOT NULL REFERENCES memory(id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    bits BLOB NOT NULL,
    numbers BLOB NOT NULL,
    PRIMARY KEY(model, memory)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX memory_vector_by_memory ON memory_vector(memory);
  CREATE TABLE memory_change(
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    memory_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL
  ) STRICT;
  CREATE TABLE replica(key TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
  INSERT INTO memory(id, memory_id, kind, workspace, at, source, task_id, pinned, body)
    SELECT id, episode_id, 'episode', workspace, at, 'task ' || task_id, task_id, 0, json_object(
      'id', episode_id, 'kind', 'episode', 'namespace', 'user/local', 'workspace', workspace, 'at', at, 'title', title,
      'text', text, 'source', 'task ' || task_id, 'taskId', task_id, 'outcome', outcome)
    FROM episode;
  INSERT INTO memory_text(rowid, title, text, names) SELECT id, title, text, '' FROM episode;
  INSERT INTO memory_change(memory_id, kind) SELECT episode_id, 'episode' FROM episode;
  DROP TABLE episode;
  DROP TABLE episode_text;
  `,
  `
  ALTER TABLE trial ADD COLUMN ms INTEGER NOT NULL DEFAULT 0;
  -- Looked at before each call: the few facts that may forbid something, whatever else is kept.
  CREATE INDEX memory_forbidding ON memory(workspace)
    WHERE kind = 'fact' AND body LIKE '%ever%' AND (source IN ('user', 'import') OR pinned = 1);
  `,
  `
  CREATE TABLE deployment(
    id INTEGER PRIMARY KEY,
    plan_id TEXT NOT NULL UNIQUE,
    workspace TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX deployment_by_workspace ON deployment(workspace, id);
  CREATE INDEX deployment_by_target ON deployment(target);
  `,
];
