import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type FileRole, fileRole, isIndexable } from '../../../core/search/indexable.ts';
import type { IndexLimits } from './index-protocol.ts';

/** Everything below a folder, as a listing for a person would have it: without what git ignores. */
export type Walk = (
  folder: string,
  signal: AbortSignal,
) => AsyncIterable<{ readonly path: string; readonly directory: boolean }>;

export interface ScannedFile {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
}
export interface Scan {
  /** What belongs into the index, source files first, within the limits. */
  readonly files: readonly ScannedFile[];
  /** What the limits left out, in words. */
  readonly leftOut: string | undefined;
}

/** Asked so often, so that searches and the end get their turn. */
const filesATurn = 200;

/** Names, sizes and times alone: no file is read. `turn` is awaited now and then and may throw. */
export async function scanFolder(
  folder: string,
  how: { readonly walk: Walk; readonly limits: IndexLimits; readonly turn: () => Promise<void> },
  signal: AbortSignal,
): Promise<Scan> {
  const byRole: Readonly<Record<FileRole, ScannedFile[]>> = { source: [], test: [], prose: [], derived: [] };
  let seen = 0;
  let tooLarge = 0;
  for await (const { path, directory } of how.walk(folder, signal)) {
    seen += 1;
    if (seen % filesATurn === 0) await how.turn();
    if (directory || !isIndexable(path)) continue;
    const facts = factsOf(join(folder, path));
    if (facts === undefined) continue;
    if (facts.size > how.limits.fileBytes) tooLarge += 1;
    else byRole[fileRole(path)].push({ path, ...facts });
  }
  const found = Object.values(byRole).flat();
  const files = withinLimits(found, how.limits);
  return { files, leftOut: leftOut(found.length - files.length, tooLarge, how.limits) };
}

/** undefined: nothing to read, or it is gone. Links are not followed: they may lead out of the folder. */
function factsOf(path: string): { readonly size: number; readonly modifiedMs: number } | undefined {
  try {
    const facts = lstatSync(path);
    return facts.isFile() ? { size: facts.size, modifiedMs: facts.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}

function withinLimits(files: readonly ScannedFile[], { files: most, bytes }: IndexLimits): readonly ScannedFile[] {
  let room = bytes;
  const taken: ScannedFile[] = [];
  for (const file of files) {
    room -= file.size;
    if (taken.length === most || room < 0) break;
    taken.push(file);
  }
  return taken;
}

function leftOut(beyond: number, tooLarge: number, limits: IndexLimits): string | undefined {
  const megabytes = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;
  const counted = (count: number): string => (count === 1 ? 'one file' : `${count.toLocaleString('en')} files`);
  const parts = [
    beyond > 0 ? `${counted(beyond)} beyond the limit of ${limits.files} files or ${megabytes(limits.bytes)}` : '',
    tooLarge > 0 ? `${counted(tooLarge)} of more than ${megabytes(limits.fileBytes)}` : '',
  ];
  return parts.filter(Boolean).join('; ') || undefined;
}
