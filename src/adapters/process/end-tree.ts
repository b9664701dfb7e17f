import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bornAtOf, type ProcessEntry, processTable, withEnvironment } from './process-table.ts';

/** After this long a process that ignores SIGTERM is killed: the whole must stay below 2 s. */
const graceMs = 1000;
const afterKillMs = 600;

/** The process a tree began with, perhaps gone by now: what has its pid then is a stranger. */
export interface Leader {
  readonly pid: number;
  readonly bornAt: string;
}

/**
 * Ends a process, its group, its descendants, and whatever carries its mark in the environment: a child that made a
 * session of its own and lost its parent is found by nothing else.
 */
export async function endTree(leader: Leader, mark: string): Promise<void> {
  if (process.platform === 'win32') {
    if ((await bornAtOf(leader.pid)) !== leader.bornAt) return;
    await promisify(execFile)('taskkill', ['/T', '/F', '/PID', String(leader.pid)]).catch(() => undefined);
    return;
  }
  const known = new Map<string, ProcessEntry>();
  await gather(leader, mark, known);
  await signalAll(leader, known, 'SIGTERM');
  if (await gone(leader, mark, known, graceMs)) return;
  await signalAll(leader, known, 'SIGKILL');
  if (await gone(leader, mark, known, afterKillMs)) return;
  await signalAll(leader, known, 'SIGKILL');
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group, which is what was wanted.
  }
}

async function gather(leader: Leader, mark: string, known: Map<string, ProcessEntry>): Promise<boolean> {
  const table = await processTable();
  const living = new Set(table.map(keyOf));
  for (const key of known.keys()) if (!living.has(key)) known.delete(key);
  const own = [
    ...known.values(),
    ...table.filter((entry) => keyOf(entry) === keyOf(leader)),
    ...(await withEnvironment(table, mark)),
  ];
  const family = new Set(own.map(({ pid }) => pid));
  // As long as one of ours is in the group its number is taken, so all of it is ours.
  const groupIsOurs = own.some(({ group }) => group === leader.pid);
  if (groupIsOurs) for (const entry of table) if (entry.group === leader.pid) family.add(entry.pid);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const entry of table) if (family.has(entry.parent)) family.add(entry.pid);
  }
  for (const entry of table) {
    if (family.has(entry.pid) && entry.pid !== process.pid) known.set(keyOf(entry), entry);
  }
  return known.size > 0;
}

function keyOf({ pid, bornAt }: Leader): string {
  return `${pid} ${bornAt}`;
}

async function gone(
  leader: Leader,
  mark: string,
  known: Map<string, ProcessEntry>,
  withinMs: number,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (await gather(leader, mark, known)) {
    if (performance.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return true;
}

async function signalAll(leader: Leader, known: Map<string, ProcessEntry>, signal: NodeJS.Signals): Promise<void> {
  if ([...known.values()].some(({ group }) => group === leader.pid)) signalGroup(leader.pid, signal);
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
