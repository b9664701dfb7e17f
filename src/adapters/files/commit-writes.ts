import { access, constants, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { AssertHeld, FileWrite, Hash } from '../../core/ports.ts';
import { type Authorized, assertAuthorized } from '../../core/security/authorized.ts';
import { fileFailure, systemCode } from './file-failure.ts';
import { makeFolders, removeFolders, syncFolders } from './folders.ts';
import { type HeldFolder, holdFolder } from './held-folder.ts';
import { formerPath, putBack, removeLeftovers, removeStaged, type Staged, stage, swap } from './staged-write.ts';

/**
 * Every write or none. New contents are staged beside their files, then swapped in; what was swapped goes back when a
 * later one fails. A kill in between leaves each file wholly old or wholly new; what was staged is removed by whoever takes
 * the task up, or by the next process that writes into the folder.
 */
export async function commitWrites(
  hash: Hash,
  authorized: Authorized,
  writes: readonly FileWrite[],
  assertHeld: AssertHeld = () => {},
): Promise<void> {
  for (const write of writes) assertAuthorized(authorized, write.after === null ? 'delete' : 'write', write.path);
  const made: string[] = [];
  const staged: Staged[] = [];
  const folders = new Map<string, HeldFolder>();
  let failing = '';
  try {
    for (const write of writes) {
      failing = write.path;
      await makeFolders(write.path, made);
      const place = dirname(write.path);
      const folder = folders.get(place) ?? (await holdTidy(place));
      folders.set(place, folder);
      const alone = writes.length === 1;
      staged.push(await stage(write, { id: hash.randomId(), like: modelOf(hash, write, writes), alone, folder }));
    }
    for (const each of staged) {
      failing = each.write.path;
      await assertUnchanged(hash, each);
      await swap(each, assertHeld);
    }
    await removeStaged(staged);
  } catch (error) {
    await goBack(staged, made, fileFailure(failing, error));
  } finally {
    for (const folder of folders.values()) await folder.close();
  }
  await syncFolders(writes.map((write) => write.path));
}

/** Removes what killed processes have staged in the folders of these files. */
export async function tidyFolders(paths: readonly string[]): Promise<void> {
  for (const place of new Set(paths.map((path) => dirname(path)))) {
    // A folder that is not there, or leads elsewhere by now, holds nothing of ours.
    await holdTidy(place).then(
      (folder) => folder.close(),
      () => undefined,
    );
  }
}

async function holdTidy(place: string): Promise<HeldFolder> {
  const folder = await holdFolder(place);
  await removeLeftovers(folder);
  return folder;
}

async function goBack(staged: readonly Staged[], made: readonly string[], failure: MagusError): Promise<never> {
  const lost: Staged[] = [];
  // What is there by now may be the work of the process that has the task.
  const own = failure.code === 'LEASED' ? [] : staged;
  for (const each of own.toReversed()) await putBack(each).catch(() => lost.push(each));
  await removeStaged(staged.filter((each) => !lost.includes(each)));
  await removeFolders(made);
  if (lost.length === 0) throw failure;
  const where = lost.map((each) => `${each.write.path} (its former content is in ${formerPath(each)})`).join(', ');
  throw new MagusError(
    'tool-failed',
    `${failure.message} Then the system did not let these go back to what they were: ${where}. Put them back by hand.`,
    { code: 'HALF_WRITTEN', cause: failure },
  );
}

async function assertUnchanged(hash: Hash, { write, path }: Staged): Promise<void> {
  const content = await readFile(path, { flag: constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) }).catch(
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined;
      if (systemCode(error) !== 'ELOOP') throw error;
      throw new MagusError(
        'permission-denied',
        `${write.path} is a link by now, which is not what was decided. Make the call again.`,
        { code: 'STALE' },
      );
    },
  );
  const now = content === undefined ? null : hash.sha256(content);
  if (now !== write.before) {
    throw new MagusError(
      'tool-failed',
      `${write.path} changed on disk meanwhile; nothing was written. Read it again and repeat the edit.`,
      { code: 'STALE' },
    );
  }
  // A rename would replace a read-only file without asking anyone.
  if (write.before !== null && write.after !== null) await access(path, constants.W_OK);
}

/** The file whose mode and owner the new content gets: its own, or in a move the one whose content goes away here. */
function modelOf(hash: Hash, write: FileWrite, writes: readonly FileWrite[]): string | undefined {
  if (write.after === null) return undefined;
  if (write.before !== null) return write.path;
  const sha256 = hash.sha256(write.after);
  return writes.find((other) => other.after === null && other.before === sha256)?.path;
}
