import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bornAtOf, type ProcessEntry, processTable, withEnvironment } from './process-table.ts';

/** After this long a process that ignores SIGTERM is killed: the whole must stay below 2 s. */
const graceMs = 1000;
const afterKillMs = 600;

/**
 * Ends a process, its group, its descendants, and whatever carries its mark in the environment: a child that made a
 * session of its own and lost its parent is found by nothing else.
 */
export async function endTree(pid: number, mark: string | undefined): Promise<void> {
  if (process.platform === 'win32') {
    await promisify(execFile)('taskkill', ['/T', '/F', '/PID', String(pid)]).catch(() => undefined);
    return;
  }
  const known = new Map<string, ProcessEntry>();
  await gather(pid, mark, known);
  await signalAll(pid, known, 'SIGTERM');
  if (await gone(pid, mark, known, graceMs)) return;
  await signalAll(pid, known, 'SIGKILL');
  if (await gone(pid, mark, known, afterKillMs)) return;
  await signalAll(pid, known, 'SIGKILL');
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group, which is what was wanted.
  }
}

async function gather(pid: number, mark: string | undefined, known: Map<string, ProcessEntry>): Promise<boolean> {
  const table = await processTable();
  const family = new Set([pid, ...[...known.values()].map((entry) => entry.pid)]);
  let size = 0;
  while (size !== family.size) {
    size = family.size;
    for (const entry of table) if (family.has(entry.parent)) family.add(entry.pid);
  }
  const marked = mark === undefined ? [] : await withEnvironment(table, mark);
  const living = new Set(table.map((entry) => `${entry.pid} ${entry.bornAt}`));
  for (const key of known.keys()) if (!living.has(key)) known.delete(key);
  for (const entry of [...table.filter((each) => family.has(each.pid)), ...marked]) {
    if (entry.pid !== process.pid) known.set(`${entry.pid} ${entry.bornAt}`, entry);
  }
  return known.size > 0;
}

async function gone(
  pid: number,
  mark: string | undefined,
  known: Map<string, ProcessEntry>,
  withinMs: number,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (await gather(pid, mark, known)) {
    if (performance.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return true;
}

async function signalAll(pid: number, known: Map<string, ProcessEntry>, signal: NodeJS.Signals): Promise<void> {
  signalGroup(pid, signal);
  for (const entry of known.values()) {
    // The pid may belong to a stranger by now.
    if ((await bornAtOf(entry.pid)) !== entry.bornAt) continue;
    try {
      process.kill(entry.pid, signal);
    } catch {
      // It ended in between.
    }
  }
}
