import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Hash, PreImages } from '../../core/ports.ts';
import { fileFailure, systemCode } from './file-failure.ts';

const compress = promisify(deflate);
const expand = promisify(inflate);
const megabyte = 1024 * 1024;

/** Former contents as `<first two digits>/<sha256>`, compressed; past the cap the ones not used for longest go first. */
export function diskPreImages(folder: string, hash: Hash, capBytes = 500 * megabyte): PreImages {
  let held: number | undefined;
  const placeOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256);
  return {
    async keep(_taskId, content) {
      const sha256 = hash.sha256(content);
      const place = placeOf(sha256);
      try {
        if (await touch(place)) return sha256;
        const packed = await compress(content);
        await store(place, packed, hash.randomId());
        held = (held ?? (await total(folder)) - packed.length) + packed.length;
        if (held > capBytes) held = await dropOldest(folder, capBytes, sha256);
        return sha256;
      } catch (error) {
        throw fileFailure(place, error);
      }
    },
    async get(sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
      const packed = await readFile(placeOf(sha256)).catch(() => undefined);
      if (packed === undefined) return undefined;
      const content = await expand(packed).catch(() => undefined);
      // A damaged pre-image is as good as none: it must never be written over a file.
      return content !== undefined && hash.sha256(content) === sha256 ? content : undefined;
    },
  };
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
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  const staged = `${place}.${id}.new`;
  try {
    await writeFile(staged, packed, { mode: 0o600, flush: true });
    await rename(staged, place);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}

interface Kept {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
}

async function everything(folder: string): Promise<Kept[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const kept: Kept[] = [];
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) kept.push({ path: join(folder, name), size: found.size, modifiedMs: found.mtimeMs });
  }
  return kept;
}

async function total(folder: string): Promise<number> {
  return (await everything(folder)).reduce((sum, each) => sum + each.size, 0);
}

/** Leaves a tenth of the cap free, so that not every keep has to look at everything; the newest one stays whatever its size. */
async function dropOldest(folder: string, capBytes: number, newest: string): Promise<number> {
  const kept = (await everything(folder)).sort((left, right) => left.modifiedMs - right.modifiedMs);
  let held = kept.reduce((sum, each) => sum + each.size, 0);
  for (const each of kept) {
    if (held <= capBytes * 0.9) break;
    if (each.path.endsWith(newest)) continue;
    await rm(each.path, { force: true });
    held -= each.size;
  }
  return held;
}
