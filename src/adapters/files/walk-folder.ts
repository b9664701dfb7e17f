import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { isStagedName } from './staged-write.ts';

export interface WalkedEntry {
  /** Relative to the walked folder, forward slashes, no slash at the end. */
  readonly path: string;
  readonly directory: boolean;
}

/** Everything below a folder in the order of the paths, without what git ignores, `.git` and `node_modules`. Links are not followed. */
export async function* walkFolder(folder: string, signal: AbortSignal): AsyncGenerator<WalkedEntry> {
  yield* walk({ folder, signal, path: '', rules: await rulesAbove(folder) });
}

interface Rules {
  readonly base: string;
  readonly matcher: Ignore;
}
interface Place {
  readonly folder: string;
  readonly path: string;
  /** Outermost first. */
  readonly rules: readonly Rules[];
  readonly signal: AbortSignal;
}

const neverWalked = new Set(['.git', 'node_modules']);

async function* walk(place: Place): AsyncGenerator<WalkedEntry> {
  place.signal.throwIfAborted();
  const here = join(place.folder, place.path);
  const own = await rulesIn(here, '.gitignore', here);
  const rules = own === undefined ? place.rules : [...place.rules, own];
  for (const entry of sorted(await entriesOf(here))) {
    const directory = entry.isDirectory();
    if (neverWalked.has(entry.name) || isStagedName(entry.name)) continue;
    if (isIgnored(rules, join(here, entry.name), directory)) continue;
    const path = place.path === '' ? entry.name : `${place.path}/${entry.name}`;
    yield { path, directory };
    if (directory) yield* walk({ ...place, path, rules });
  }
}

/** A folder that cannot be read, or went away meanwhile, is shown as empty rather than ending the whole walk. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

function sorted(entries: readonly Dirent[]): Dirent[] {
  const key = (entry: Dirent): string => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  return [...entries].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

/** As in git: the innermost .gitignore that says anything about a path decides. */
function isIgnored(rules: readonly Rules[], path: string, directory: boolean): boolean {
  for (const { base, matcher } of rules.toReversed()) {
    const inside = relative(base, path).split(sep).join('/');
    const verdict = matcher.test(directory ? `${inside}/` : inside);
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}

/** The rules of the folders above, up to the one that holds `.git`; none when the folder is in no repository. */
async function rulesAbove(folder: string): Promise<readonly Rules[]> {
  const found: Rules[] = [];
  for (let above = folder; ; above = dirname(above)) {
    const repository = await stat(join(above, '.git')).then(
      () => true,
      () => false,
    );
    const own = above === folder ? undefined : await rulesIn(above, '.gitignore', above);
    if (own !== undefined) found.unshift(own);
    if (repository) {
      const excluded = await rulesIn(join(above, '.git', 'info'), 'exclude', above);
      return excluded === undefined ? found : [excluded, ...found];
    }
    if (dirname(above) === above) return [];
  }
}

async function rulesIn(folder: string, name: string, base: string): Promise<Rules | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { base, matcher: ignore().add(text) };
}
