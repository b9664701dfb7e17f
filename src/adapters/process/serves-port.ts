import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { byEnvironment, type ProcessEntry, processTable } from './process-table.ts';

const run = promisify(execFile);

/** A command that runs: its shell, and what everything that it starts carries in its environment. */
interface RunningShell {
  readonly pid: number;
  readonly mark: string;
}

/** Whether everything that listens at a port of this machine was started by these commands. */
export async function servesPort(commands: readonly RunningShell[], port: number): Promise<boolean> {
  if (commands.length === 0) return false;
  if (process.platform === 'linux') {
    const sockets = await listeningSockets(port);
    if (sockets.length === 0) return false;
    const held = new Set((await Promise.all([...(await processesOf(commands))].map(socketsOf))).flat());
    return sockets.every((socket) => held.has(socket));
  }
  const listeners = await listenersAt(port);
  if (listeners.length === 0) return false;
  const own = await processesOf(commands);
  return listeners.every((pid) => own.has(pid));
}

async function processesOf(commands: readonly RunningShell[]): Promise<ReadonlySet<number>> {
  const table = await processTable();
  const marked = [...(await byEnvironment(table, new Set(commands.map(({ mark }) => mark)))).values()].flat();
  const shells = new Set(commands.map(({ pid }) => pid));
  const parents = new Map(table.map(({ pid, parent }) => [pid, parent]));
  const descends = ({ pid }: ProcessEntry): boolean => {
    const seen = new Set<number>();
    for (let at: number | undefined = pid; at !== undefined && !seen.has(at); at = parents.get(at)) {
      if (shells.has(at)) return true;
      seen.add(at);
    }
    return false;
  };
  const own = table.filter((entry) => (entry.group > 0 && shells.has(entry.group)) || descends(entry));
  return new Set([...own, ...marked].map(({ pid }) => pid));
}

/** Linux: the numbers of the sockets that listen there, of both families. */
async function listeningSockets(port: number): Promise<readonly string[]> {
  const listening = '0A';
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return tables.flatMap((table) =>
    table.split('\n').flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const at = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
      return at === port && fields[3] === listening ? [`socket:[${fields[9]}]`] : [];
    }),
  );
}

async function socketsOf(pid: number): Promise<readonly string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => ''));
  return (await Promise.all(targets)).filter((target) => target.startsWith('socket:'));
}

async function listenersAt(port: number): Promise<readonly number[]> {
  const [program, words] =
    process.platform === 'win32'
      ? [
          'powershell.exe',
          ['-NoProfile', '-Command', `(Get-NetTCPConnection -LocalPort ${port} -State Listen).OwningProcess`],
        ]
      : ['lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN']];
  const { stdout } = await run(program as string, words as string[]).catch(() => ({ stdout: '' }));
  return stdout.split(/\s+/).map(Number).filter(Boolean);
}
