import { readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskLog } from '../../core/ports.ts';
import { blockBytes, blocksFile, blocksOf, holderFolder, holderName } from './pre-image-folder.ts';

export interface DropRequest {
  readonly folder: string;
  readonly log: Pick<TaskLog, 'tasks'>;
  /** Tasks that this process keeps images for: not every one of them is in the journal. */
  readonly atWork: ReadonlySet<string>;
  readonly downToBytes: number;
}

/**
 * Frees space: what no task holds, then whole tasks that have ended, the longest untouched first, and only when nothing
 * else is left the oldest images of open tasks, one by one. What another task still holds stays.
 */
export async function dropImages({ folder, log, atWork, downToBytes }: DropRequest): Promise<void> {
  const began = Date.now();
  // Holders are read after images: an image is held before it is there.
  const images = await readImages(folder);
  const holders = await readHolders(folder);
  const order = inOrder(holders, await standings(log, atWork));
  const heldBy = new Map<string, number>();
  for (const { shas } of holders) for (const sha of shas) heldBy.set(sha, (heldBy.get(sha) ?? 0) + 1);
  let blocks = [...images.values()].reduce((sum, image) => sum + blocksOf(image.size), 0);
  const full = (): boolean => blocks * blockBytes > downToBytes;
  const remove = async (sha: string): Promise<void> => {
    const image = images.get(sha);
    // Touched since: another process has just kept it again.
    if (image === undefined || (await modifiedMs(image.path)) >= began) return;
    await rm(image.path, { force: true });
    images.delete(sha);
    blocks -= blocksOf(image.size);
  };
  for (const name of images.keys()) if (full() && !heldBy.has(name)) await remove(name);
  const newest = newestOf(images);
  for (const { path, shas, open } of order) {
    if (!full()) break;
    for (const sha of shas) {
      heldBy.set(sha, (heldBy.get(sha) ?? 1) - 1);
      if (open && (!full() || sha === newest)) continue;
      if (heldBy.get(sha) === 0) await remove(sha);
    }
    if (!open) await rm(path, { force: true });
  }
  await truncate(blocksFile(folder), Math.max(0, blocks));
}

/** Nobody takes this long to write one image. */
const stagedForMs = 60_000;

interface Image {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** By name: the sha256, or the name of what a killed process left staged. */
async function readImages(folder: string): Promise<Map<string, Image>> {
  const images = new Map<string, Image>();
  for (const name of await readdir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(name)) continue;
    for (const image of await readdir(join(folder, name))) {
      const path = join(folder, name, image);
      const found = await stat(path).catch(() => undefined);
      // What is staged belongs to a process that may be about to put it in its place.
      const staged = image.includes('.') && found !== undefined && Date.now() - found.mtimeMs < stagedForMs;
      if (found && !staged) images.set(image, { path, size: found.size, modifiedMs: found.mtimeMs });
    }
  }
  return images;
}

function newestOf(images: ReadonlyMap<string, Image>): string | undefined {
  return [...images].sort(([, left], [, right]) => right.modifiedMs - left.modifiedMs)[0]?.[0];
}

interface Holder {
  readonly name: string;
  readonly path: string;
  /** Oldest first, each once. */
  readonly shas: readonly string[];
  readonly modifiedMs: number;
}

async function readHolders(folder: string): Promise<readonly Holder[]> {
  const holders: Holder[] = [];
  for (const name of await readdir(holderFolder(folder))) {
    const path = join(holderFolder(folder), name);
    const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
    holders.push({ name, path, shas: [...new Set(lines)], modifiedMs: await modifiedMs(path) });
  }
  return holders;
}

/** By the name of a holder's file: is the task still open? */
async function standings(
  log: Pick<TaskLog, 'tasks'>,
  atWork: ReadonlySet<string>,
): Promise<ReadonlyMap<string, 'open' | 'ended'>> {
  const working = [...atWork].map((taskId) => [holderName(taskId), 'open'] as const);
  const known = (await log.tasks({})).map(
    ({ taskId, status }) => [holderName(taskId), status === undefined ? 'open' : 'ended'] as const,
  );
  return new Map([...working, ...known]);
}

/** A task that the journal does not know any more cannot be undone: it goes first. */
function inOrder(
  holders: readonly Holder[],
  standing: ReadonlyMap<string, 'open' | 'ended'>,
): readonly (Holder & { readonly open: boolean })[] {
  const rank = ({ name }: Holder): number => ({ unknown: 0, ended: 1, open: 2 })[standing.get(name) ?? 'unknown'];
  return [...holders]
    .sort((left, right) => rank(left) - rank(right) || left.modifiedMs - right.modifiedMs)
    .map((holder) => ({ ...holder, open: standing.get(holder.name) === 'open' }));
}

async function modifiedMs(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}
