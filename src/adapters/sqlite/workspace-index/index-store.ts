import type { DatabaseSync } from 'node:sqlite';
import { nameParts, storable } from '../../../core/memory/words.ts';
import { chunkText, definedNames } from '../../../core/search/chunk-text.ts';
import { inTransaction } from '../transaction.ts';

export interface IndexedFile {
  readonly size: number;
  readonly modifiedMs: number;
  readonly hash: string;
}
export interface FileToIndex extends IndexedFile {
  readonly path: string;
  /** undefined: only the path is indexed. */
  readonly text: string | undefined;
}

/** What the database of one folder holds, and how it changes: each call is one transaction that `guard` may refuse. */
export interface IndexStore {
  files(): ReadonlyMap<string, IndexedFile>;
  put(files: readonly FileToIndex[], guard: () => void): void;
  remove(paths: readonly string[], guard: () => void): void;
  /** Makes searching faster after many changes, a piece at a time; false when nothing is left to do. */
  merge(): boolean;
  /** Remembered for other processes and the next start; undefined: never. */
  readState(): string | undefined;
  writeState(value: string): void;
}

const pagesMerged = 200;

export function createIndexStore(database: DatabaseSync): IndexStore {
  const all = database.prepare(
    'SELECT path, size, modified_ms, hash FROM file JOIN content ON content.id = file.content',
  );
  const changes = database.prepare('SELECT total_changes() AS count');
  const merge = database.prepare("INSERT INTO chunk_text(chunk_text, rank) VALUES ('merge', ?)");
  const readState = database.prepare("SELECT value FROM state WHERE key = 'index'");
  const writeState = database.prepare("INSERT OR REPLACE INTO state(key, value) VALUES ('index', ?)");
  const contents = createContents(database);
  const files = createFiles(database, contents.dropUnused);
  let merging = false;
  return {
    files: () =>
      new Map(
        all
          .all()
          .map(({ path, size, modified_ms, hash }) => [
            String(path),
            { size: Number(size), modifiedMs: Number(modified_ms), hash: String(hash) },
          ]),
      ),
    put: (changed, guard) =>
      inTransaction(database, () => {
        guard();
        for (const file of changed) files.put(file, contents.idOf(file));
      }),
    remove: (paths, guard) =>
      inTransaction(database, () => {
        guard();
        for (const path of paths) files.remove(path);
      }),
    merge: () => {
      const before = Number(changes.get()?.['count']);
      // Negative begins a merge of everything, positive goes on with it: https://sqlite.org/fts5.html#the_merge_command
      merge.run(merging ? pagesMerged : -pagesMerged);
      merging = Number(changes.get()?.['count']) - before >= 2;
      return merging;
    },
    readState: () => readState.get()?.['value'] as string | undefined,
    writeState: (value) => void writeState.run(value),
  };
}

interface Contents {
  idOf(file: FileToIndex): number;
  dropUnused(id: number): void;
}

function createContents(database: DatabaseSync): Contents {
  const find = database.prepare('SELECT id FROM content WHERE hash = ?');
  const insert = database.prepare('INSERT INTO content(hash) VALUES (?)');
  const insertChunk = database.prepare('INSERT INTO chunk(content, line) VALUES (?, ?)');
  const insertText = database.prepare('INSERT INTO chunk_text(rowid, text, parts, names) VALUES (?, ?, ?, ?)');
  const isUsed = database.prepare('SELECT 1 FROM file WHERE content = ? LIMIT 1');
  const removeTexts = database.prepare(
    'DELETE FROM chunk_text WHERE rowid IN (SELECT id FROM chunk WHERE content = ?)',
  );
  const removeChunks = database.prepare('DELETE FROM chunk WHERE content = ?');
  const remove = database.prepare('DELETE FROM content WHERE id = ?');
  return {
    idOf: ({ hash, text }) => {
      const known = find.get(hash);
      if (known !== undefined) return Number(known['id']);
      const id = Number(insert.run(hash).lastInsertRowid);
      for (const chunk of text === undefined ? [] : chunkText(storable(text))) {
        const rowid = insertChunk.run(id, chunk.line).lastInsertRowid;
        insertText.run(rowid, chunk.text, nameParts(chunk.text), definedNames(chunk.text));
      }
      return id;
    },
    dropUnused: (id) => {
      if (isUsed.get(id) !== undefined) return;
      removeTexts.run(id);
      removeChunks.run(id);
      remove.run(id);
    },
  };
}

interface Files {
  put(file: FileToIndex, content: number): void;
  remove(path: string): void;
}

function createFiles(database: DatabaseSync, dropUnused: (content: number) => void): Files {
  const find = database.prepare('SELECT id, content FROM file WHERE path = ?');
  const insert = database.prepare('INSERT INTO file(path, size, modified_ms, content) VALUES (?, ?, ?, ?)');
  const update = database.prepare('UPDATE file SET size = ?, modified_ms = ?, content = ? WHERE id = ?');
  const insertPath = database.prepare('INSERT INTO path_text(rowid, path, parts) VALUES (?, ?, ?)');
  const removePath = database.prepare('DELETE FROM path_text WHERE rowid = ?');
  const remove = database.prepare('DELETE FROM file WHERE id = ?');
  return {
    put: ({ path, size, modifiedMs }, content) => {
      const known = find.get(path);
      if (known === undefined) {
        const { lastInsertRowid } = insert.run(path, size, modifiedMs, content);
        insertPath.run(lastInsertRowid, path, nameParts(path));
      } else {
        update.run(size, modifiedMs, content, Number(known['id']));
        if (known['content'] !== content) dropUnused(Number(known['content']));
      }
    },
    remove: (path) => {
      const known = find.get(path);
      if (known === undefined) return;
      removePath.run(Number(known['id']));
      remove.run(Number(known['id']));
      dropUnused(Number(known['content']));
    },
  };
}
