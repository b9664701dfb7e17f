import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the kernel counts processes by group: its first version has a tree of its own for that, its second one for all. */
const trees = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'];
let count = 0;

/** A limit on the processes of one command; `join` is a path that a process writes its number into. */
export interface ProcessGroup {
  readonly join: string;
  remove(): void;
}

/**
 * The limit of a user does not hold for root, whose commands get a control group instead; undefined where they need none or
 * the kernel offers none.
 */
export function processGroup(most: number): ProcessGroup | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const tree = trees.find(countsProcesses);
  if (tree === undefined) return undefined;
  count += 1;
  const folder = join(tree, `openmagus-${process.pid}-${count}`);
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, 'pids.max'), String(most));
  } catch {
    return undefined;
  }
  return { join: join(folder, 'cgroup.procs'), remove: () => removeSoon(folder, 20) };
}

function countsProcesses(tree: string): boolean {
  if (tree.endsWith('/pids')) return existsSync(join(tree, 'cgroup.procs'));
  try {
    return readFileSync(join(tree, 'cgroup.subtree_control'), 'utf8').split(/\s+/).includes('pids');
  } catch {
    return false;
  }
}

/** The kernel lets go of the last process in its own time. */
function removeSoon(folder: string, tries: number): void {
  try {
    rmdirSync(folder);
  } catch {
    if (tries > 0) setTimeout(() => removeSoon(folder, tries - 1), 100).unref();
  }
}
