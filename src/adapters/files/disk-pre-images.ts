import { mkdir, open, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Hash, PreImages, TaskLog } from '../../core/ports.ts';
import { dropImages } from './drop-images.ts';
import { fileFailure, systemCode } from './file-failure.ts';
import { blockBytes, blocksFile, blocksOf, holderFile, imageFile } from './pre-image-folder.ts';

const compress = promisify(deflate);
const expand = promisify(inflate);
const megabyte = 1024 * 1024;

/**
 * Former contents on disk, compressed, each once whoever holds it; pre-image-folder.ts says how they lie there. Past the
 * cap the oldest ended tasks lose theirs, as the journal's list of tasks has them; `settle` waits for that.
 */
export function diskPreImages(
  folder: string,
  hash: Hash,
  log: Pick<TaskLog, 'tasks'>,
  capBytes = 500 * megabyte,
): PreImages & { settle(): Promise<void> } {
  const atWork = new Set<string>();
  let working: Promise<unknown> = Promise.resolve();
  let dropping: Promise<void> | undefined;
  const drop = async (): Promise<void> => {
    try {
      // A tenth stays free, so that it is long until everything has to be looked at again.
      await dropImages({ folder, log, atWork, downToBytes: capBytes * 0.9 });
    } catch {
      // The next image tries it again; what is kept stays whole.
    } finally {
      dropping = undefined;
    }
  };
  const count = async (bytes: number): Promise<void> => {
    const blocks = await append(blocksFile(folder), new Uint8Array(blocksOf(bytes)));
    if (blocks * blockBytes > capBytes) dropping ??= drop();
  };
  const keep = async (taskId: string, content: Uint8Array): Promise<string> => {
    const sha256 = hash.sha256(content);
    const place = imageFile(folder, sha256);
    try {
      atWork.add(taskId);
      // The holder comes before the image: one that nobody holds is the first to go.
      const [known, packed] = await Promise.all([
        touch(place),
        compress(content),
        append(holderFile(folder, taskId), `${sha256}\n`),
      ]);
      if (known) return sha256;
      await store(place, packed, hash.randomId());
      // An image that was not counted only makes the next look at everything come later.
      finishLater(count(packed.length));
      return sha256;
    } catch (error) {
      throw fileFailure(place, error);
    }
  };
  const finishLater = (work: Promise<unknown>): void => {
    working = Promise.all([working, work.catch(() => undefined)]);
  };
  return {
    keep(taskId, content) {
      const kept = keep(taskId, content);
      finishLater(kept);
      return kept;
    },
    async get(sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
      const packed = await readFile(imageFile(folder, sha256)).catch(() => undefined);
      if (packed === undefined) return undefined;
      const content = await expand(packed).catch(() => undefined);
      // A damaged pre-image is as good as none: it must never be written over a file.
      return content !== undefined && hash.sha256(content) === sha256 ? content : undefined;
    },
    settle: async () => {
      await working;
      await dropping;
    },
  };
}

/** Returns the length of the file with what was added; processes that append at once do not mix. */
async function append(path: string, content: string | Uint8Array): Promise<number> {
  const add = async (): Promise<number> => {
    const file = await open(path, 'a', 0o600);
    try {
      await file.appendFile(content);
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  };
  return inFolder(path, add);
}

/** Does the work, once more when the folder of the path was not there yet. */
async function inFolder<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return work();
  }
}

async function touch(place: string): Promise<boolean> {
  const now = new Date();
  return utimes(place, now, now).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

async function store(place: string, packed: Uint8Array, id: string): Promise<void> {
  const staged = `${place}.${id}.new`;
  const write = (): Promise<void> => writeFile(staged, packed, { mode: 0o600, flush: true });
  try {
    await inFolder(place, write);
    await rename(staged, place);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}
