import { existsSync, readlinkSync } from 'node:fs';
import { constants, open } from 'node:fs/promises';
import { join } from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';
import { systemCode } from './file-failure.ts';
import { realPath } from './real-path.ts';

/** A folder that stays the one that was looked at, whatever its path may lead to later. */
export interface HeldFolder {
  /** Where a name in it is reached. */
  at(name: string): string;
  /** Throws STALE where its path leads elsewhere by now. */
  assertInPlace(): void;
  close(): Promise<void>;
}

/** Node has no openat; on Linux a path through an open folder is the same. Elsewhere a moment remains between look and use. */
const descriptors = '/proc/self/fd';
const canHold = process.platform === 'linux' && existsSync(descriptors);

/** Holds the folder of a real path. Throws STALE where the path leads elsewhere by now. */
export async function holdFolder(path: string): Promise<HeldFolder> {
  if (!canHold) {
    if ((await realPath(path)) !== path) throw moved(path);
    return { at: (name) => join(path, name), assertInPlace: () => undefined, close: async () => undefined };
  }
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const opened = await open(path, flags).catch((error: unknown) => {
    throw systemCode(error) === 'ELOOP' || systemCode(error) === 'ENOTDIR' ? moved(path) : error;
  });
  const through = `${descriptors}/${opened.fd}`;
  const held: HeldFolder = {
    at: (name) => `${through}/${name}`,
    assertInPlace: () => {
      if (readlinkSync(through) !== path) throw moved(path);
    },
    close: () => opened.close(),
  };
  try {
    held.assertInPlace();
  } catch (error) {
    await opened.close();
    throw error;
  }
  return held;
}

function moved(path: string): MagusError {
  return new MagusError(
    'permission-denied',
    `${path} no longer leads where it led when this was decided. Make the call again.`,
    { code: 'STALE' },
  );
}
