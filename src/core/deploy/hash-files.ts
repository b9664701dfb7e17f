import { MagusError } from '../errors/magus-error.ts';
import type { FileSystem, Hash } from '../ports.ts';
import { pathBelow } from '../security/canonical-path.ts';

const mostFiles = 20_000;
const mostBytes = 500_000_000;
const largestFile = 200_000_000;
/** What no deployment reads, and what the programs keep for themselves. */
const leftOut: ReadonlySet<string> = new Set(['.git', 'node_modules', '.terraform', '.openmagus']);

/** Which files of a folder count: `all`, or with what links lead to as well; else without what programs keep for themselves. */
export type Reads = 'all' | 'linked';

/**
 * The sha256 of every file in these places, by path below the root, with its permission bits; links count as where they
 * lead, and those that are read may not lead out of the project. Files that git ignores count: what was built is what is deployed. Throws TOO_LARGE beyond 20,000 files or 500 MB.
 */
export async function hashFiles(
  { files, hash }: { readonly files: FileSystem; readonly hash: Hash },
  root: string,
  places: readonly string[],
  reads?: Reads,
): Promise<Readonly<Record<string, string>>> {
  const found = new Map<string, string>();
  const followed = new Set<string>();
  let bytes = 0;
  const visit = async (path: string, shown: string): Promise<void> => {
    const facts = await files.facts(path);
    if (facts.kind === 'directory') {
      const entries = await files.entries(path, mostFiles);
      if (entries === undefined) throw tooLarge(shown);
      for (const { name, kind } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const below = shown === '.' ? name : `${shown}/${name}`;
        if (reads === undefined ? leftOut.has(name) : reads === 'linked' && below === '.git') continue;
        if (kind === 'link') await link(`${path}/${name}`, below);
        else await visit(`${path}/${name}`, below);
      }
      return;
    }
    if (facts.kind !== 'file') {
      found.set(shown, facts.kind === 'none' ? 'missing' : 'no file');
      return;
    }
    bytes += facts.size;
    if (bytes > mostBytes || found.size >= mostFiles) throw tooLarge(shown);
    found.set(shown, `${hash.sha256(await files.read(path, largestFile))} ${facts.mode.toString(8)}`);
  };
  const linkHash = async (path: string): Promise<string> => {
    const { real, kind } = await files.facts(path);
    return `link to ${real}${kind === 'file' ? ` ${hash.sha256(await files.read(real, largestFile))}` : ''}`;
  };
  const link = async (path: string, shown: string): Promise<void> => {
    found.set(shown, await linkHash(path));
    if (reads !== 'linked') return;
    const real = await inside(files, root, path.slice(root.length + 1));
    // Links could go round for ever.
    if (followed.has(real)) return;
    followed.add(real);
    await visit(real, shown);
  };
  for (const place of places) {
    if (place.startsWith('/')) await visit(place, place);
    else await visit(await inside(files, root, place), place);
  }
  return Object.fromEntries(found);
}

/** A link in the project must not lead to files of the user that nobody meant to deploy. */
async function inside(files: FileSystem, root: string, place: string): Promise<string> {
  const { real } = await files.facts(place === '.' ? root : `${root}/${place}`);
  if (pathBelow(real, root, files.platform ?? 'posix') !== undefined) return real;
  throw new MagusError('tool-input', `${place} leads out of the project, to ${real}. Name a folder of the project.`, {
    code: 'OUTSIDE',
  });
}

function tooLarge(place: string): MagusError {
  return new MagusError(
    'tool-failed',
    `${place} has more than ${mostFiles} files or 500 MB, too much to hold a plan to. Name a smaller folder as source in .openmagus/deploy.json.`,
    { code: 'TOO_LARGE' },
  );
}
