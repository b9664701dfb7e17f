import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Process group; 0 where the system has none. */
  readonly group: number;
  /** Differs between two processes that had the same pid one after the other. */
  readonly bornAt: string;
}

/** Every living process; zombies are left out, they hold nothing any more. */
export async function processTable(): Promise<readonly ProcessEntry[]> {
  if (process.platform === 'linux') {
    const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const entries = await Promise.all(names.map((name) => linuxEntry(Number(name))));
    return entries.filter((entry) => entry !== undefined);
  }
  if (process.platform === 'win32') return windowsTable();
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (match === null || match[4]?.startsWith('Z')) return [];
    const [pid, parent, group] = match.slice(1, 4).map(Number);
    return [{ pid: pid ?? 0, parent: parent ?? 0, group: group ?? 0, bornAt: match[5] ?? '' }];
  });
}

/** Birth of a living process; undefined: there is none. */
export async function bornAtOf(pid: number): Promise<string | undefined> {
  // The kernel answers from memory: a thread of the pool would take longer than the reading.
  if (process.platform === 'linux') return parseStat(pid, textOf(`/proc/${pid}/stat`))?.bornAt;
  return (await processTable()).find((entry) => entry.pid === pid)?.bornAt;
}

/** Linux: the processes whose environment holds the text, whoever their parent is by now. */
export async function withEnvironment(
  entries: readonly ProcessEntry[],
  text: string,
): Promise<readonly ProcessEntry[]> {
  return (await byEnvironment(entries, new Set([text]))).get(text) ?? [];
}

/** Linux: for each of the texts (NAME=value) the processes whose environment holds it. */
export async function byEnvironment(
  entries: readonly ProcessEntry[],
  texts: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly ProcessEntry[]>> {
  const found = new Map<string, ProcessEntry[]>();
  if (process.platform !== 'linux') return found;
  const look = async (entry: ProcessEntry): Promise<void> => {
    // Empty where it may not be read.
    const environment = await readFile(`/proc/${entry.pid}/environ`, 'utf8').catch(() => '');
    for (const text of environment.split('\0')) {
      if (texts.has(text)) found.set(text, [...(found.get(text) ?? []), entry]);
    }
  };
  await Promise.all(entries.map(look));
  return found;
}

async function linuxEntry(pid: number): Promise<ProcessEntry | undefined> {
  return parseStat(pid, await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

function parseStat(pid: number, stat: string): ProcessEntry | undefined {
  if (stat === '') return undefined;
  // The program's name stands in parentheses and may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  boot ??= textOf('/proc/sys/kernel/random/boot_id').slice(0, 8);
  return { pid, parent: Number(fields[1]), group: Number(fields[2]), bornAt: `${boot}:${fields[19] ?? ''}` };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Start times count from the boot, so two boots must not be mixed up. */
let boot: string | undefined;

async function windowsTable(): Promise<readonly ProcessEntry[]> {
  const script =
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.CreationDate.Ticks)" }';
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-Command', script], { maxBuffer: 16_000_000 });
  return stdout.split(/\r?\n/).flatMap((line) => {
    const match = /^(\d+) (\d+) (\d*)$/.exec(line.trim());
    return match === null
      ? []
      : [{ pid: Number(match[1]), parent: Number(match[2]), group: 0, bornAt: match[3] ?? '' }];
  });
}
