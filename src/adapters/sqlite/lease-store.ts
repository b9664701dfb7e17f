import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { JournalOperations } from './journal-protocol.ts';
import { inTransaction } from './transaction.ts';

export interface LeaseStore extends Pick<JournalOperations, 'acquire' | 'confirm' | 'release'> {
  /** To be called every `heartbeatMs`; renews what this thread holds and tells of what was taken away. */
  beat(): void;
  /** Refuses a task that another process works on, or took over from this thread. */
  guard(taskId: string): void;
  releaseAll(): void;
}

export const heartbeatMs = 2000;
const staleMs = 10_000;

/** One writer per task, by a row with a heartbeat. A holder whose process is dead on this host gives way at once. */
export function createLeaseStore(database: DatabaseSync, onLost: (token: string) => void): LeaseStore {
  const find = database.prepare('SELECT token, host, pid, born_at, beat_ms FROM lease WHERE task_id = ?');
  const take = database.prepare(
    'INSERT OR REPLACE INTO lease(task_id, token, host, pid, born_at, beat_ms) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const renew = database.prepare('UPDATE lease SET beat_ms = ? WHERE task_id = ? AND token = ?');
  const remove = database.prepare('DELETE FROM lease WHERE task_id = ? AND token = ?');
  const held = new Map<string, string>();
  const lost = new Set<string>();
  const here = hostIdentity();
  const bornAt = birthOf(process.pid) ?? '';
  const lose = (taskId: string, token: string): void => {
    held.delete(taskId);
    lost.add(taskId);
    onLost(token);
  };
  const release = (taskId: string, token: string): null => {
    if (held.get(taskId) === token) held.delete(taskId);
    remove.run(taskId, token);
    return null;
  };
  return {
    acquire: ({ taskId }) =>
      inTransaction(database, () => {
        const row = find.get(taskId);
        if (row !== undefined && !isAbandoned(row, here)) throw leased(taskId, row);
        const token = randomUUID();
        take.run(taskId, token, here, process.pid, bornAt, Date.now());
        const former = held.get(taskId);
        if (former !== undefined) onLost(former);
        held.set(taskId, token);
        lost.delete(taskId);
        return { token };
      }),
    confirm: ({ taskId, token }) => {
      const row = find.get(taskId);
      if (row?.['token'] === token) return { untilMs: Number(row['beat_ms']) + staleMs };
      if (held.get(taskId) === token) lose(taskId, token);
      throw leased(taskId, row);
    },
    release: ({ taskId, token }) => release(taskId, token),
    beat: () => {
      for (const [taskId, token] of held) {
        if (renew.run(Date.now(), taskId, token).changes === 0) lose(taskId, token);
      }
    },
    guard: (taskId) => {
      const token = held.get(taskId);
      const row = find.get(taskId);
      if (token !== undefined && row?.['token'] !== token) lose(taskId, token);
      const foreign = token === undefined && row !== undefined && !isAbandoned(row, here);
      if (foreign || lost.has(taskId)) throw leased(taskId, row);
    },
    releaseAll: () => {
      for (const [taskId, token] of held) release(taskId, token);
    },
  };
}

function leased(taskId: string, row: LeaseRow | undefined): MagusError {
  if (row === undefined) {
    return new MagusError(
      'user-input',
      `Task ${taskId} was taken over by another process, which has let it go since. Look at what it did, then resume the task if there is more to do.`,
      { code: 'LEASED', details: { taskId } },
    );
  }
  const pid = Number(row['pid']);
  const holder = pid === process.pid ? 'this process' : `another process (pid ${pid})`;
  return new MagusError(
    'user-input',
    `Task ${taskId} is being worked on by ${holder}. Watch it there, or end it there and then resume it here.`,
    { code: 'LEASED', details: { taskId, pid } },
  );
}

type LeaseRow = Readonly<Record<string, unknown>>;

function isAbandoned(row: LeaseRow, here: string): boolean {
  // Either way: a clock that was set back must not keep a lease for ever.
  if (Math.abs(Date.now() - Number(row['beat_ms'])) > staleMs) return true;
  if (row['host'] !== here) return false;
  const pid = Number(row['pid']);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: alive, but another user's.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  const birth = birthOf(pid);
  return birth !== undefined && row['born_at'] !== '' && birth !== row['born_at'];
}

/** A pid says nothing outside its name space: containers may share a host's name. */
function hostIdentity(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Start time in clock ticks since boot; undefined where there is no /proc. Tells a reused pid from the old one. */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks; the start time is the 20th field after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
