import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';
import { systemCode } from './file-failure.ts';

/** Real path of the nearest existing ancestor, joined with the rest; a dangling link counts as what it points to. */
export async function realPath(path: string, linksLeft = 40): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
  const parent = await realPath(dirname(absolute), linksLeft);
  const here = join(parent, basename(absolute));
  const link = await lstat(here).catch(() => undefined);
  if (!link?.isSymbolicLink()) return here;
  if (linksLeft === 0) {
    throw new MagusError('tool-input', `${path} runs in a circle of links. Give another path.`, { code: 'BAD_PATH' });
  }
  return realPath(resolve(parent, await readlink(here)), linksLeft - 1);
}
