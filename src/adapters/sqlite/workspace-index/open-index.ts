import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isDamage } from '../sqlite-error.ts';
import { inTransaction } from '../transaction.ts';

/** Opens or makes the database of one folder's index. One that is damaged or of another format is thrown away: it can be built anew. */
export function openIndex(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    return openWhole(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    throwAway(file);
    return openWhole(file);
  }
}

/** Nothing else may have it open in this process. Others keep what they have until they open it again. */
export function throwAway(file: string): void {
  // The file itself last: a write-ahead log left behind would be played into its successor.
  for (const suffix of ['-wal', '-shm', '']) rmSync(file + suffix, { force: true });
}

const format = 1;
const busyTimeoutMs = 5000;
const walBytes = 4 * 1024 * 1024;

function openWhole(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600));
  // Loaded here, not imported: the caller must have silenced the ExperimentalWarning first.
  const sqlite = process.getBuiltinModule('node:sqlite');
  const database = new sqlite.DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    database.exec('PRAGMA journal_mode = WAL');
    // Not flushed at each write: a power cut may lose the newest, never the whole, and it is only an index.
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA cache_size = -32000');
    database.exec(`PRAGMA journal_size_limit = ${walBytes}`);
    inTransaction(database, () => {
      const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
      if (found === 0) database.exec(schema);
      else if (found !== format) throw Object.assign(new Error(`format ${found}`), { errcode: 11 });
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A renamed or copied file shares the content, and its chunks, with the first one. */
const schema = `
  CREATE TABLE content(id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE file(
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    modified_ms REAL NOT NULL,
    content INTEGER NOT NULL REFERENCES content(id)
  ) STRICT;
  CREATE INDEX file_by_content ON file(content);
  CREATE TABLE chunk(id INTEGER PRIMARY KEY, content INTEGER NOT NULL REFERENCES content(id), line INTEGER NOT NULL) STRICT;
  CREATE INDEX chunk_by_content ON chunk(content);
  CREATE VIRTUAL TABLE chunk_text USING fts5(text, parts, names, tokenize = 'porter unicode61 remove_diacritics 2');
  CREATE VIRTUAL TABLE path_text USING fts5(path, parts, tokenize = 'porter unicode61 remove_diacritics 2');
  INSERT INTO chunk_text(chunk_text, rank) VALUES ('secure-delete', 1);
  INSERT INTO path_text(path_text, rank) VALUES ('secure-delete', 1);
  INSERT INTO chunk_text(chunk_text, rank) VALUES ('rank', 'bm25(1.0, 1.0, 3.0)');
  INSERT INTO path_text(path_text, rank) VALUES ('rank', 'bm25(2.0, 2.0)');
  CREATE TABLE state(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE lease(
    task_id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    born_at TEXT NOT NULL,
    beat_ms INTEGER NOT NULL
  ) STRICT;
  PRAGMA user_version = ${format};
`;
