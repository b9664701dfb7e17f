import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { FileFacts, FileSystem, FolderEntry, Hash } from '../../core/ports.ts';
import { commitWrites, tidyFolders } from './commit-writes.ts';
import { fileFailure, systemCode } from './file-failure.ts';
import { matchGlob } from './match-glob.ts';
import { realPath } from './real-path.ts';
import { walkFolder } from './walk-folder.ts';

/** The file system of this machine. */
export function nodeFileSystem(hash: Hash): FileSystem {
  const { platform } = process;
  return {
    platform: platform === 'win32' || platform === 'darwin' ? platform : 'posix',
    facts,
    read,
    commit: (authorized, writes, assertHeld) => commitWrites(hash, authorized, writes, assertHeld),
    tidy: tidyFolders,
    list,
    entries,
  };
}

async function facts(path: string): Promise<FileFacts> {
  try {
    const real = await realPath(path);
    const found = await stat(real).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
      throw error;
    });
    if (found === undefined) return { real, kind: 'none', size: 0, modifiedMs: 0, mode: 0 };
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
    return { real, kind, size: found.size, modifiedMs: found.mtimeMs, mode: found.mode & 0o7777 };
  } catch (error) {
    throw fileFailure(path, error);
  }
}

async function read(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    // A pipe or a device could block for ever.
    if (!found.isFile()) {
      throw new MagusError('tool-failed', `${path} is not a file. Look at it with list_files.`, { code: 'UNREADABLE' });
    }
    if (found.size > maxBytes) {
      throw new MagusError(
        'tool-failed',
        `${path} has ${found.size} bytes, more than the ${maxBytes} that are read at once. Look for the part you need with search_text.`,
        { code: 'TOO_LARGE' },
      );
    }
    return await readFile(path);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

const list: FileSystem['list'] = async (folder, query, signal) => {
  const wanted = query.glob === undefined ? () => true : matchGlob(query.glob);
  const paths: string[] = [];
  for await (const entry of walkFolder(folder, signal)) {
    if (!wanted(entry.path)) continue;
    if (paths.length === query.limit) return { paths, more: true };
    paths.push(join(folder, entry.path) + (entry.directory ? '/' : ''));
  }
  return { paths, more: false };
};

const entries: FileSystem['entries'] = async (folder, most) => {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (found === undefined || found.length > most) return undefined;
  return found.map((entry): FolderEntry => {
    const kind = entry.isSymbolicLink()
      ? 'link'
      : entry.isDirectory()
        ? 'directory'
        : entry.isFile()
          ? 'file'
          : 'other';
    return { name: entry.name, kind };
  });
};
