import type { FormerCommand, Survivor } from '../../core/ports.ts';
import { markOf } from './command-mark.ts';
import { endTree } from './end-tree.ts';
import { byEnvironment, processTable } from './process-table.ts';

/** What former sessions have left running of these commands: the process itself or anything that carries its mark. */
export async function survivorsOf(former: readonly FormerCommand[]): Promise<readonly Survivor[]> {
  if (former.length === 0) return [];
  const table = await processTable();
  const marked = await byEnvironment(table, new Set(former.map(markOf)));
  return former.flatMap((command) => {
    const { process } = command;
    const leader = table.filter(({ pid, bornAt }) => pid === process?.pid && bornAt === process.bornAt);
    const pids = [...new Set([...leader, ...(marked.get(markOf(command)) ?? [])].map(({ pid }) => pid))];
    return pids.length === 0 ? [] : [{ command, pids }];
  });
}

export async function endFormer(command: FormerCommand): Promise<void> {
  // Without a process in the log only the mark leads to what runs.
  await endTree(command.process ?? { pid: 0, bornAt: '' }, markOf(command));
}
