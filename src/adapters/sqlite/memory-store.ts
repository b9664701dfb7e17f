import type { DatabaseSync, StatementSync } from 'node:sqlite';
import * as z from 'zod/mini';
import type { MemoryFilter, MemoryQuery, MemoryRanking } from '../../core/memory/memory-ports.ts';
import { withoutRecalled } from '../../core/memory/recalled-text.ts';
import { nameParts, storable } from '../../core/memory/words.ts';
import { type MemoryKind, type MemoryRecord, memoryRecordSchema } from '../../protocol/memory.ts';
import type { MemoryAdvice } from '../../protocol/task-event.ts';
import { anyWord } from './full-text-query.ts';
import type { JournalOperations } from './journal-protocol.ts';
import { inTransaction } from './transaction.ts';
import type { VectorStore } from './vector-store.ts';

export type MemoryOperations = Pick<
  JournalOperations,
  | 'putMemories'
  | 'removeMemories'
  | 'searchMemories'
  | 'scanMemories'
  | 'memoriesById'
  | 'listMemories'
  | 'findTrials'
  | 'forbidding'
>;

/** Lines of a record that are found by themselves; a longer text is found as a whole. The line's row is `memory.id * 256 + line`. */
const mostLines = 255;
const linesARow = 256;
/** Rows of one way of looking that are considered; more would only be slower. */
const depth = 400;

/** Everything remembered, found again by words of the whole, of its lines, and by vectors. Each change is also a row for the replicas. */
export function createMemoryStore(database: DatabaseSync, vectors: Pick<VectorStore, 'nearest'>): MemoryOperations {
  const put = createWriter(database);
  const remove = createRemover(database);
  const search = createSearch(database);
  const scan = database.prepare(
    'SELECT body FROM memory WHERE kind IN (SELECT value FROM json_each(?)) AND memory_id > ? ORDER BY memory_id LIMIT ?',
  );
  const byId = database.prepare('SELECT body FROM memory WHERE memory_id = ?');
  const trials = database.prepare(
    `SELECT memory_id, at, action, failure, ok, cure, ms FROM trial JOIN memory ON memory.id = trial.memory
     WHERE ((?1 <> '' AND action = ?1) OR (?2 <> '' AND failure = ?2)) AND (?3 IS NULL OR workspace IN ('', ?3))
       AND (pinned = 1 OR NOT COALESCE(json_extract(body, '$.review'), 0))
     ORDER BY at DESC, trial.rowid DESC LIMIT ?4`,
  );
  const forbidding = database.prepare(
    `SELECT body FROM memory WHERE kind = 'fact' AND body LIKE '%ever%' AND (source IN ('user', 'import') OR pinned = 1)
       AND workspace IN ('', ?) ORDER BY id`,
  );
  return {
    putMemories: ({ records }) =>
      inTransaction(database, () => {
        for (const record of records) put(record);
        return null;
      }),
    removeMemories: ({ ids }) => {
      inTransaction(database, () => {
        for (const id of ids) remove(id);
      });
      // What was removed would stay readable in the write-ahead log.
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return null;
    },
    searchMemories: ({ query }) => [...search(query), ...nearRanking(vectors, query)],
    scanMemories: ({ kinds, afterId, limit }) => scan.all(JSON.stringify(kinds), afterId, limit).map(toRecord),
    memoriesById: ({ ids }) =>
      ids.flatMap((id) => {
        const row = byId.get(id);
        return row ? [toRecord(row)] : [];
      }),
    listMemories: ({ filter }) => list(database, filter),
    findTrials: ({ action, failure, workspace, limit }) =>
      trials.all(action, failure, workspace ?? null, limit).map((row) => ({
        memoryId: String(row['memory_id']),
        at: String(row['at']),
        action: String(row['action']),
        failure: String(row['failure']),
        ok: row['ok'] === 1,
        cure: String(row['cure']),
        ms: Number(row['ms']),
      })),
    forbidding: ({ workspace }) => forbidding.all(workspace).map(toRecord),
  };
}

function createWriter(database: DatabaseSync): (record: MemoryRecord) => void {
  const known = database.prepare('SELECT id, body FROM memory WHERE memory_id = ?');
  const write = database.prepare(
    `INSERT INTO memory(memory_id, kind, workspace, at, source, task_id, pinned, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT(memory_id) DO UPDATE SET kind = excluded.kind, workspace = excluded.workspace, at = excluded.at,
       source = excluded.source, task_id = excluded.task_id, pinned = excluded.pinned, body = excluded.body
     RETURNING id`,
  );
  const unindex = createUnindexer(database);
  const indexText = database.prepare('INSERT INTO memory_text(rowid, title, text, names) VALUES (?, ?, ?, ?)');
  const indexLine = database.prepare('INSERT INTO memory_line(rowid, text) VALUES (?, ?)');
  const addTrial = database.prepare(
    'INSERT INTO trial(memory, action, failure, ok, cure, ms) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const change = createChangeWriter(database);
  return (record) => {
    const body = JSON.stringify(record);
    const former = known.get(record.id);
    if (former?.['body'] === body) return;
    if (former) unindex(Number(former['id']));
    const { kind, workspace, at, source, taskId, pinned } = record;
    const row = write.get(record.id, kind, workspace, at, source, taskId, pinned ? 1 : 0, body);
    const id = Number(row?.['id']);
    const text = storable(record.text);
    indexText.run(id, storable(record.title), text, nameParts(`${record.title}\n${text}`));
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length > 1 && lines.length <= mostLines)
      for (const [index, line] of lines.entries()) indexLine.run(id * linesARow + index, line);
    for (const { action, failure, ok, cure, ms } of record.trials)
      addTrial.run(id, action, failure, ok ? 1 : 0, cure, Math.round(ms));
    change(record.id, kind);
  };
}

function createRemover(database: DatabaseSync): (id: string) => void {
  const known = database.prepare('SELECT id, kind FROM memory WHERE memory_id = ?');
  const erase = database.prepare('DELETE FROM memory WHERE id = ?');
  const unindex = createUnindexer(database);
  const change = createChangeWriter(database);
  const forgetInLogs = createLogEraser(database);
  return (id) => {
    const row = known.get(id);
    if (row === undefined) return;
    unindex(Number(row['id']));
    erase.run(Number(row['id']));
    forgetInLogs(id);
    // Without a row in `memory` the change is a tombstone.
    change(id, String(row['kind']) as MemoryKind);
  };
}

function createUnindexer(database: DatabaseSync): (id: number) => void {
  const statements = [
    database.prepare('DELETE FROM memory_text WHERE rowid = ?1'),
    database.prepare(
      `DELETE FROM memory_line WHERE rowid BETWEEN ?1 * ${linesARow} AND ?1 * ${linesARow} + ${mostLines}`,
    ),
    database.prepare('DELETE FROM trial WHERE memory = ?1'),
    database.prepare('DELETE FROM memory_vector WHERE memory = ?1'),
  ];
  return (id) => {
    for (const statement of statements) statement.run(id);
  };
}

function createChangeWriter(database: DatabaseSync): (id: string, kind: MemoryKind) => void {
  const drop = database.prepare('DELETE FROM memory_change WHERE memory_id = ?');
  const add = database.prepare('INSERT INTO memory_change(memory_id, kind) VALUES (?, ?)');
  return (id, kind) => {
    drop.run(id);
    add.run(id, kind);
  };
}

/** Logs of tasks quote what was recalled: for the task, for a step, as the answer of a call, and beside a call. */
function createLogEraser(database: DatabaseSync): (id: string) => void {
  const find = database.prepare(
    `SELECT rowid AS row, body FROM event WHERE instr(body, ?) > 0 AND (body LIKE '{"type":"memory-recalled"%'
       OR body LIKE '{"type":"step-started"%' OR body LIKE '{"type":"approval-requested"%' OR body LIKE '{"type":"tool-call-ended"%')`,
  );
  const update = database.prepare('UPDATE event SET body = ? WHERE rowid = ?');
  return (id) => {
    for (const row of find.all(id)) {
      const event = JSON.parse(String(row['body'])) as {
        readonly hits?: readonly { readonly id: string }[];
        readonly content?: string;
        readonly advice?: MemoryAdvice;
        readonly error?: { readonly code?: string; readonly message: string };
      };
      const { hits, content, advice, error } = event;
      const stopped = error?.code === 'REMEMBERED_NEVER' && error.message.includes(id);
      const gone = `A memory that is forgotten since stopped this call (${id}).`;
      const without = {
        ...event,
        ...(hits ? { hits: hits.map((hit) => (hit.id === id ? { ...hit, title: 'Forgotten', text: '' } : hit)) } : {}),
        ...(content === undefined ? {} : { content: withoutRecalled(content, id) }),
        ...(advice?.memories.includes(id) ? { advice: { ...advice, text: 'Forgotten.' } } : {}),
        ...(stopped ? { content: gone, error: { ...error, message: gone } } : {}),
      };
      update.run(JSON.stringify(without), Number(row['row']));
    }
  };
}

function createSearch(database: DatabaseSync): (query: MemoryQuery) => readonly MemoryRanking[] {
  const filters = "memory.kind IN (SELECT value FROM json_each(?2)) AND (?3 IS NULL OR workspace IN ('', ?3))";
  // A title is a summary: a word found there says more.
  const whole = database.prepare(
    `SELECT body FROM memory_text JOIN memory ON memory.id = memory_text.rowid
     WHERE memory_text MATCH ?1 AND ${filters} ORDER BY bm25(memory_text, 2.0, 1.0, 0.5), memory.id DESC LIMIT ?4`,
  );
  const lines = database.prepare(
    `SELECT memory.id AS memory FROM memory_line JOIN memory ON memory.id = memory_line.rowid / ${linesARow}
     WHERE memory_line MATCH ?1 AND ${filters} ORDER BY bm25(memory_line), memory_line.rowid DESC LIMIT ?4`,
  );
  const body = database.prepare('SELECT body FROM memory WHERE id = ?');
  return ({ text, kinds, workspace, limit }) => {
    const words = anyWord(text);
    if (words === '') return [];
    const values = [words, JSON.stringify(kinds), workspace ?? null] as const;
    const found = whole.all(...values, limit).map(toRecord);
    const owners = [...new Set(lines.all(...values, depth).map((row) => Number(row['memory'])))].slice(0, limit);
    const byLine = owners.flatMap((id) => body.all(id).map(toRecord));
    return [
      { channel: 'full text', records: found },
      { channel: 'lines', records: byLine },
    ].filter(({ records }) => records.length > 0);
  };
}

function nearRanking(vectors: Pick<VectorStore, 'nearest'>, query: MemoryQuery): readonly MemoryRanking[] {
  const records = vectors.nearest(query).map(toRecord);
  return records.length > 0 ? [{ channel: 'vectors', records }] : [];
}

function list(database: DatabaseSync, filter: MemoryFilter): readonly MemoryRecord[] {
  const statement = database.prepare(
    `SELECT body FROM memory WHERE (?1 IS NULL OR kind IN (SELECT value FROM json_each(?1)))
       AND (?2 IS NULL OR workspace IN ('', ?2)) AND (?3 IS NULL OR source = ?3) AND (?4 IS NULL OR task_id = ?4)
       AND (?5 IS NULL OR pinned = ?5) AND (?6 IS NULL OR at >= ?6) AND (?7 IS NULL OR at < ?7)
       AND (?8 IS NULL OR json_extract(body, '$.review') = ?8)
     ORDER BY at DESC, id DESC LIMIT ?9`,
  );
  const { kinds, workspace, source, taskId, pinned, review, from, to, limit } = filter;
  return statement
    .all(
      kinds ? JSON.stringify(kinds) : null,
      workspace ?? null,
      source ?? null,
      taskId ?? null,
      asNumber(pinned),
      from ?? null,
      to ?? null,
      asNumber(review),
      limit,
    )
    .map(toRecord);
}

function asNumber(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value);
}

export function toRecord(row: NonNullable<ReturnType<StatementSync['get']>>): MemoryRecord {
  // Parsed, not only read: rows of former versions lack fields that have a default.
  return z.parse(memoryRecordSchema, JSON.parse(String(row['body'])));
}
