import type { Ports } from '../../core/ports.ts';
import { isPackageManifest, runsTheSame } from '../../core/security/package-manifest.ts';
import type { ResolvedPath } from '../../core/tools/resolve-path.ts';
import { largestFile } from './change-files.ts';
import { decodeText } from './edit/text-file.ts';

/**
 * Whether a change of a package.json leaves alone what it makes run, so that it need not always ask. `change` gives the text
 * after it; null: there is no file. False for any other file, and where that cannot be told.
 */
export async function keepsWhatRuns(
  ports: Ports,
  file: ResolvedPath,
  change: (text: string | null) => string | Promise<string>,
): Promise<boolean> {
  if (!isPackageManifest(file.shown)) return false;
  try {
    const before = file.kind === 'none' ? null : decodeText(await ports.files.read(file.real, largestFile)).text;
    return runsTheSame(before ?? undefined, await change(before));
  } catch {
    // The call will say what is wrong with it.
    return false;
  }
}
