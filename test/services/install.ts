import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * A folder in the cache, filled by `fill` when it is not there yet. It appears in one rename, so an install that was cut off or
 * done twice at once leaves nothing half.
 */
export async function installOnce(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const home = cacheHome();
  const folder = join(home, name);
  if (await exists(folder)) return folder;
  await mkdir(home, { recursive: true });
  const fresh = await mkdtemp(join(home, `.${name}-`));
  try {
    await fill(fresh);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

/** Makes sure that a program of Debian is there; `packages` bring it. */
export async function needProgram(program: string, ...packages: readonly string[]): Promise<void> {
  if (await exists(`/usr/bin/${program}`)) return;
  const found = await run('sh', ['-c', `command -v ${program}`]).catch(() => '');
  if (found.trim() !== '') return;
  if (process.getuid?.() !== 0) throw new Error(`${program} is missing: apt-get install ${packages.join(' ')}`);
  await run('apt-get', ['update', '-q']);
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages]);
}

export async function run(file: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { cwd, maxBuffer: 64_000_000, timeout: 900_000 });
  return stdout;
}

function cacheHome(): string {
  const { OPENMAGUS_CACHE, XDG_CACHE_HOME } = process.env;
  return OPENMAGUS_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'openmagus');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
