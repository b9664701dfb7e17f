import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/** A disk of its own at a folder, so that a test can fill it or take the right to write away. Needs Linux and root. */
export interface SmallDisk {
  fill(): void;
  empty(): void;
  readOnly(yes: boolean): void;
  unmount(): void;
}

/** Why there can be none here; undefined where there can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a disk can be mounted only by root on Linux';
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'this machine does not permit mounts';
  }
}

export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  const unmount = (): void => {
    process.off('exit', unmount);
    execFileSync('umount', ['--lazy', folder]);
  };
  // A run that is cut off leaves none behind.
  process.once('exit', unmount);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'openmagus-test', folder]);
  const filler = path.join(folder, 'filler');
  return {
    fill: () => fillUp(filler),
    empty: () => rmSync(filler, { force: true }),
    readOnly: (yes) => void execFileSync('mount', ['-o', `remount,${yes ? 'ro' : 'rw'}`, folder]),
    unmount,
  };
}

function fillUp(file: string): void {
  const descriptor = openSync(file, 'a');
  try {
    for (const size of [65_536, 4096]) {
      try {
        for (;;) writeSync(descriptor, new Uint8Array(size));
      } catch {
        // Full, for pieces of this size.
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
