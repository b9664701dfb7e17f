import type { Stats } from 'node:fs';
import { access, constants, copyFile, link, mkdir, open, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { FileWrite, Hash } from '../../core/ports.ts';
import { type Authorized, assertAuthorized } from '../../core/security/authorized.ts';
import { fileFailure, systemCode } from './file-failure.ts';
import { realPath } from './real-path.ts';

/** Every write or none. New contents are staged beside their files, then swapped in; what was swapped goes back when a later one fails. */
export async function commitWrites(hash: Hash, authorized: Authorized, writes: readonly FileWrite[]): Promise<void> {
  for (const write of writes) assertAuthorized(authorized, write.after === null ? 'delete' : 'write', write.path);
  const made: string[] = [];
  const staged: Staged[] = [];
  let failing = '';
  try {
    for (const write of writes) {
      failing = write.path;
      await assertUnchanged(hash, write);
      staged.push(await stage(hash, write, { made, moved: movedFrom(hash, write, writes) }));
    }
    for (const each of staged) {
      failing = each.write.path;
      await assertUnchanged(hash, each.write);
      await swap(each);
    }
    await syncFolders(writes);
  } catch (error) {
    for (const each of staged.toReversed()) await restore(each);
    await removeStaged(staged);
    for (const folder of made.toReversed()) await rmdir(folder).catch(ignoreFailure);
    throw fileFailure(failing, error);
  }
  await removeStaged(staged);
}

interface Staged {
  readonly write: FileWrite;
  /** The new content, beside its file. */
  readonly fresh: string;
  /** The former content, beside its file, from just before the swap. */
  readonly former: string;
  swapped: boolean;
}

async function assertUnchanged(hash: Hash, write: FileWrite): Promise<void> {
  const real = await realPath(write.path);
  if (real !== write.path) {
    throw new MagusError(
      'permission-denied',
      `${write.path} now leads to ${real}, which is not what was decided. Make the call again.`,
      { code: 'STALE' },
    );
  }
  const content = await readFile(write.path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  const now = content === undefined ? null : hash.sha256(content);
  if (now !== write.before) {
    throw new MagusError(
      'tool-failed',
      `${write.path} changed on disk meanwhile; nothing was written. Read it again and repeat the edit.`,
      { code: 'STALE' },
    );
  }
}

/** Where the same commit takes a new file's content away, it is a move: the file keeps its mode and owner. */
function movedFrom(hash: Hash, write: FileWrite, writes: readonly FileWrite[]): string | undefined {
  if (write.before !== null || write.after === null) return undefined;
  const sha256 = hash.sha256(write.after);
  return writes.find((other) => other.after === null && other.before === sha256)?.path;
}

interface Surroundings {
  /** Folders made so far, outermost first. */
  readonly made: string[];
  readonly moved: string | undefined;
}

async function stage(hash: Hash, write: FileWrite, surroundings: Surroundings): Promise<Staged> {
  const suffix = `.${hash.randomId().slice(0, 12)}.magus`;
  const beside = join(dirname(write.path), `.${basename(write.path).slice(0, 80)}${suffix}`);
  const staged: Staged = { write, fresh: `${beside}-new`, former: `${beside}-old`, swapped: false };
  if (write.after === null) return staged;
  await makeFolders(dirname(write.path), surroundings.made);
  const like = write.before === null ? surroundings.moved : write.path;
  const former = like === undefined ? undefined : await stat(like);
  // A rename would replace a read-only file without asking anyone.
  if (write.before !== null) await access(write.path, constants.W_OK);
  try {
    await writeDurably(staged.fresh, write.after, former);
  } catch (error) {
    await rm(staged.fresh, { force: true }).catch(ignoreFailure);
    throw error;
  }
  return staged;
}

async function writeDurably(path: string, content: Uint8Array, former: Stats | undefined): Promise<void> {
  const file = await open(path, 'wx', 0o666);
  try {
    await file.writeFile(content);
    if (former !== undefined) {
      const own = await file.stat();
      if (own.uid !== former.uid || own.gid !== former.gid)
        await file.chown(former.uid, former.gid).catch(ignoreFailure);
      await file.chmod(former.mode & 0o7777);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function swap(staged: Staged): Promise<void> {
  const { write, fresh, former } = staged;
  if (write.after === null) {
    await rename(write.path, former);
    staged.swapped = true;
    return;
  }
  if (write.before !== null) {
    await link(write.path, former).catch(() => copyFile(write.path, former));
    await rename(fresh, write.path);
  } else {
    await createExclusively(fresh, write.path);
  }
  staged.swapped = true;
}

/** A link fails where something came into being meanwhile, a rename would replace it. */
async function createExclusively(fresh: string, path: string): Promise<void> {
  try {
    await link(fresh, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw new MagusError(
        'tool-failed',
        `${path} came into being meanwhile; nothing was written. Read it and repeat the edit.`,
        { code: 'STALE' },
      );
    }
    // Some file systems (FAT, some network shares) have no hard links.
    await rename(fresh, path);
  }
}

async function restore(staged: Staged): Promise<void> {
  if (!staged.swapped) return;
  if (staged.write.before === null) await rm(staged.write.path, { force: true });
  else await rename(staged.former, staged.write.path);
}

async function removeStaged(staged: readonly Staged[]): Promise<void> {
  for (const each of staged) {
    await rm(each.fresh, { force: true }).catch(ignoreFailure);
    await rm(each.former, { force: true }).catch(ignoreFailure);
  }
}

async function makeFolders(folder: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  for (let above = folder; !(await exists(above)); above = dirname(above)) missing.unshift(above);
  for (const each of missing) {
    await mkdir(each);
    made.push(each);
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

/** A rename survives a power cut only once its folder is on disk; Windows cannot open folders and needs no such thing. */
async function syncFolders(writes: readonly FileWrite[]): Promise<void> {
  for (const folder of new Set(writes.map((write) => dirname(write.path)))) {
    const opened = await open(folder, 'r').catch(() => undefined);
    await opened?.sync().catch(ignoreFailure);
    await opened?.close();
  }
}

function ignoreFailure(): void {
  // Tidying up must not hide the error that led here, nor fail a commit that is already whole.
}
