import { join } from 'node:path';

/*
 * How pre-images lie in their folder:
 *   ab/ab12…      the content with this sha256, compressed; beside it for a moment ab12….<id>.new
 *   held-by/<task>  a line with the sha256 of each content this task has kept, oldest first; some twice
 *   blocks          as many bytes as blocks of the disk are taken, so that a full folder is known without looking at it
 */
export const blockBytes = 4096;

export function imageFile(folder: string, sha256: string): string {
  return join(folder, sha256.slice(0, 2), sha256);
}

export function holderFolder(folder: string): string {
  return join(folder, 'held-by');
}

export function holderFile(folder: string, taskId: string): string {
  return join(holderFolder(folder), holderName(taskId));
}

/** A task as the name of its file. */
export function holderName(taskId: string): string {
  return taskId.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 120) || '_';
}

export function blocksFile(folder: string): string {
  return join(folder, 'blocks');
}

export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / blockBytes);
}
