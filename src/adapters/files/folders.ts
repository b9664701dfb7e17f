import { mkdir, open, rmdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { systemCode } from './file-failure.ts';
import { holdFolder } from './held-folder.ts';

/** Makes the folders that a file needs; those that were not there are added to `made`, outermost first. */
export async function makeFolders(path: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  for (let above = dirname(path); !(await exists(above)); above = dirname(above)) missing.unshift(above);
  for (const each of missing) {
    const parent = await holdFolder(dirname(each));
    await mkdir(parent.at(basename(each))).finally(parent.close);
    made.push(each);
  }
}

/** Removes folders made before, unless something came into them meanwhile. */
export async function removeFolders(made: readonly string[]): Promise<void> {
  for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
}

/** A rename survives a power cut only once its folder is on disk; Windows cannot open folders and needs no such thing. */
export async function syncFolders(paths: readonly string[]): Promise<void> {
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    const opened = await open(folder, 'r').catch(() => undefined);
    await opened?.sync().catch(() => undefined);
    await opened?.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    },
  );
}
