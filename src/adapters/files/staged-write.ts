import { linkSync, renameSync, type Stats } from 'node:fs';
import { copyFile, link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { AssertHeld, FileWrite } from '../../core/ports.ts';
import { systemCode } from './file-failure.ts';
import type { HeldFolder } from './held-folder.ts';

export interface Staged {
  readonly write: FileWrite;
  /** Of the file, reached through its folder as it was found. */
  readonly path: string;
  readonly folder: HeldFolder;
  /** The new content, beside its file. */
  readonly fresh: string;
  /** The former content, beside its file, from just before the swap; a lone write needs none, its swap is the last thing to fail. */
  readonly former: string | undefined;
  swapped: boolean;
}

/** Is this a file that a commit puts beside others for a moment? */
export function isStagedName(name: string): boolean {
  return stagedName.test(name);
}

/** Writes the new content beside its file, with the mode and owner of the file `like`. */
export async function stage(
  write: FileWrite,
  how: { readonly id: string; readonly like: string | undefined; readonly alone: boolean; readonly folder: HeldFolder },
): Promise<Staged> {
  const { folder } = how;
  const beside = folder.at(`.magus-${machine}-${process.pid}-${how.id.slice(0, 12)}`);
  const former = how.alone && write.after !== null ? undefined : `${beside}.old`;
  const path = folder.at(basename(write.path));
  const staged: Staged = { write, path, folder, fresh: `${beside}.new`, former, swapped: false };
  if (write.after === null) return staged;
  const like = how.like === undefined ? undefined : await stat(how.like);
  const model = write.before === null && write.mode !== undefined ? { ...ownerOf(like), mode: write.mode } : like;
  try {
    await writeDurably(staged.fresh, write.after, model);
  } catch (error) {
    await rm(staged.fresh, { force: true }).catch(ignoreFailure);
    throw error;
  }
  return staged;
}

/**
 * Makes the staged content the file's own, in one step of the file system. Between the last look at the lease and that step
 * nothing is waited for.
 */
export async function swap(staged: Staged, assertHeld: AssertHeld): Promise<void> {
  const { write, path, folder, fresh, former } = staged;
  if (write.after === null && former !== undefined) {
    assertHeld();
    folder.assertInPlace();
    renameSync(path, former);
  } else if (write.before === null) {
    assertHeld();
    folder.assertInPlace();
    createExclusively(fresh, path, write.path);
  } else {
    if (former !== undefined) await link(path, former).catch(() => copyFile(path, former));
    assertHeld();
    folder.assertInPlace();
    renameSync(fresh, path);
  }
  staged.swapped = true;
}

/** Undoes a swap. */
export async function putBack({ write, path, former, swapped }: Staged): Promise<void> {
  if (!swapped) return;
  if (write.before === null) await rm(path, { force: true });
  else if (former !== undefined) await rename(former, path);
}

/** Where a person finds the former content. */
export function formerPath({ write, former = '' }: Staged): string {
  return join(dirname(write.path), basename(former));
}

export async function removeStaged(staged: readonly Staged[]): Promise<void> {
  for (const { fresh, former } of staged) {
    await rm(fresh, { force: true }).catch(ignoreFailure);
    if (former !== undefined) await rm(former, { force: true }).catch(ignoreFailure);
  }
}

/** Removes what processes of this machine that are no more have left staged in this folder. */
export async function removeLeftovers(folder: HeldFolder): Promise<void> {
  for (const name of await readdir(folder.at('')).catch(() => [])) {
    const found = stagedName.exec(name);
    if (found?.[1] !== machine || isAlive(Number(found[2]))) continue;
    await rm(folder.at(name), { force: true }).catch(ignoreFailure);
  }
}

/** The machine is in the name because a folder can be shared by machines and containers that do not see each other's processes. */
const machine = hostname()
  .replace(/[^A-Za-z0-9]/g, '')
  .slice(0, 40);
const stagedName = /^\.magus-([A-Za-z0-9]*)-(\d+)-[\w-]{12}\.(?:new|old)$/;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

type Model = Pick<Stats, 'mode'> & Partial<Pick<Stats, 'uid' | 'gid'>>;

function ownerOf(like: Stats | undefined): Partial<Pick<Stats, 'uid' | 'gid'>> {
  return like === undefined ? {} : { uid: like.uid, gid: like.gid };
}

async function writeDurably(path: string, content: Uint8Array, model: Model | undefined): Promise<void> {
  const file = await open(path, 'wx', 0o666);
  try {
    await file.writeFile(content);
    if (model !== undefined) {
      const own = await file.stat();
      const { uid = own.uid, gid = own.gid } = model;
      if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid).catch(ignoreFailure);
      await file.chmod(model.mode & 0o7777);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A link fails where something came into being meanwhile, a rename would replace it. */
function createExclusively(fresh: string, path: string, shown: string): void {
  try {
    linkSync(fresh, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw new MagusError(
        'tool-failed',
        `${shown} came into being meanwhile; nothing was written. Read it and repeat the edit.`,
        { code: 'STALE' },
      );
    }
    // Some file systems (FAT, some network shares) have no hard links.
    renameSync(fresh, path);
  }
}

function ignoreFailure(): void {
  // Tidying up must not hide the error that led here, nor fail a commit that is already whole.
}
