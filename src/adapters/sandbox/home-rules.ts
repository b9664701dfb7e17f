import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { isBelow } from '../../core/security/canonical-path.ts';
import { toolPlaces } from '../../core/security/home-folder.ts';

interface HomeQuestion {
  readonly roots: readonly string[];
  /** What the user adds. */
  readonly reads: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Absolute paths; what is shown may lie in what is hidden. */
export interface HomeRules {
  readonly hidden: readonly string[];
  readonly shown: readonly string[];
}

/**
 * What of the home folder confined commands on Linux may read beside the workspace: places of tool chains, folders of PATH,
 * and the repository that the workspace is a part or a work tree of; everything else in it is hidden.
 */
export function homeRules(home: string, { roots, reads, environment }: HomeQuestion): HomeRules {
  const programs = (environment['PATH'] ?? '').split(delimiter).flatMap((folder) => programPlaces(folder, home));
  const around = roots.flatMap((root) => enclosingRepository(root, home));
  const places = [
    ...toolPlaces(home),
    ...programs,
    ...around,
    ...roots.flatMap(mainRepository),
    ownPrograms(),
    ...reads,
  ];
  const existing = [...new Set(places)].filter((place) => isBelow(place, home) && existsSync(place));
  const shown = existing.flatMap((place) => aroundRoots(place, roots)).slice(0, mostPlaces);
  return { hidden: allBut(home, new Set([...roots, ...existing]), [...roots, ...around]), shown };
}

/** Entries of one folder that are hidden one by one; of more the folder is hidden as a whole. */
const mostEntries = 300;

/** What lies in a folder, but for these places whole, and for what leads to the kept ones. */
function allBut(folder: string, whole: ReadonlySet<string>, kept: readonly string[]): readonly string[] {
  const entries = entriesIn(folder);
  if (entries.length > mostEntries) return [folder];
  return entries.flatMap(({ entry, elsewhere }) => {
    if (elsewhere || whole.has(entry)) return [];
    if (kept.some((place) => isBelow(place, entry))) return allBut(entry, whole, kept);
    return [entry];
  });
}

/** Each is a mount of its own. */
const mostPlaces = 1000;

/** A place that is mounted to be read would hide the workspace in it that may be written: so all in it but that. */
function aroundRoots(place: string, roots: readonly string[]): readonly string[] {
  if (roots.some((root) => root === place || isBelow(place, root))) return [];
  if (!roots.some((root) => isBelow(root, place))) return [place];
  return entriesIn(place).flatMap(({ entry, elsewhere }) => (elsewhere ? [] : aroundRoots(entry, roots)));
}

/** `elsewhere`: a link that leads out of the folder, to what has rules of its own. */
function entriesIn(folder: string): readonly { readonly entry: string; readonly elsewhere: boolean }[] {
  return readdirSync(folder, { withFileTypes: true }).map((found) => {
    const entry = join(folder, found.name);
    return { entry, elsewhere: found.isSymbolicLink() && !leadsInto(entry, folder) };
  });
}

function leadsInto(entry: string, folder: string): boolean {
  try {
    return isBelow(realpathSync.native(entry), realpathSync.native(folder));
  } catch {
    return false;
  }
}

/** Of ~/tools/node/bin everything in ~/tools/node, since programs have libraries beside them; of ~/bin and ~/.local/bin only that. */
function programPlaces(folder: string, home: string): readonly string[] {
  const whole = dirname(folder);
  const ownFolder = isBelow(whole, home) && whole !== join(home, '.local');
  return /^(?:s?bin|shims)$/.test(basename(folder)) && ownFolder ? [whole] : [folder];
}

/** A package in a bigger repository needs what lies above it: dependencies, configuration, git's data. */
function enclosingRepository(root: string, home: string): readonly string[] {
  for (let at = dirname(root); isBelow(at, home); at = dirname(at)) if (existsSync(join(at, '.git'))) return [at];
  return [];
}

/** Git's data of a work tree lies elsewhere; it counts only where that place names this very work tree, too. */
function mainRepository(root: string): readonly string[] {
  try {
    const [, folder] =
      /^gitdir: (.+\/\.git\/worktrees\/[^/\n]+)\n?$/.exec(readFileSync(join(root, '.git'), 'utf8')) ?? [];
    if (folder === undefined) return [];
    const own = realpathSync.native(folder);
    const [, common] = /^(.*\/\.git)\/worktrees\/[^/]+$/.exec(own) ?? [];
    const back = readFileSync(join(own, 'gitdir'), 'utf8').trim();
    return common !== undefined && realpathSync.native(back) === join(realpathSync.native(root), '.git')
      ? [common]
      : [];
  } catch {
    return [];
  }
}

/** The sandbox package has a program of its own that starts inside. */
function ownPrograms(): string {
  const own = import.meta.url ? new URL(import.meta.url).pathname : __filename;
  return join(dirname(own), 'vendor');
}
