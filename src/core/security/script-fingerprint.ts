import type { Effect, EffectCommand } from '../../protocol/effects.ts';
import type { Ports } from '../ports.ts';
import { fromFolder, shownIn, upwards } from './canonical-path.ts';
import { scriptPlaces } from './script-runners.ts';

const mostBytes = 1_000_000;

interface Site {
  readonly cwd: string;
  readonly roots: readonly string[];
}

/**
 * The files that say what these commands run, with a hash of what they say: an approval of `npm test` holds for the scripts
 * that were there, and is asked for again when they have changed. Where the commands may run others than those, an effect says
 * so, and no approval holds for another time.
 */
export async function scriptEffects(
  { files, hash }: Pick<Ports, 'files' | 'hash'>,
  commands: readonly EffectCommand[],
  site: Site,
): Promise<readonly Effect[]> {
  const found = new Map<string, Effect>();
  let unseen = false;
  for (const { words, readsOnly, folders = [site.cwd] } of commands) {
    const places = readsOnly ? undefined : scriptPlaces(words);
    if (places === undefined) continue;
    const here = await realFolders(files, folders);
    const there = await realFolders(
      files,
      here.flatMap((folder) => places.folders.map((path) => fromFolder(folder, path))),
    );
    const all = [...here, ...there];
    unseen ||= places.elsewhere || here.length === 0 || all.some((folder) => shownIn(folder, site.roots) === undefined);
    const named = all.flatMap((folder) => places.files.map((path) => fromFolder(folder, path)));
    for (const path of [...(await nearestFiles(files, places.names, all, site.roots)), ...named]) {
      const effect = await scriptEffect({ files, hash }, path, site.roots);
      if (effect === 'unseen') unseen = true;
      else if (effect !== undefined) found.set(effect.object, effect);
    }
  }
  return unseen ? [...found.values(), unseenEffect(site.cwd)] : [...found.values()];
}

function unseenEffect(cwd: string): Effect {
  return { verb: 'read', object: cwd, zone: 'workspace', unseen: 'scripts that are only known when it runs' };
}

/** undefined: there is no such file; `unseen`: nobody can tell what it says. */
async function scriptEffect(
  { files, hash }: Pick<Ports, 'files' | 'hash'>,
  path: string,
  roots: readonly string[],
): Promise<Effect | 'unseen' | undefined> {
  const { kind, real } = await files.facts(path);
  if (shownIn(real, roots) === undefined) return 'unseen';
  if (kind === 'none') return undefined;
  const content = kind === 'file' ? await files.read(real, mostBytes).catch(() => undefined) : undefined;
  if (content === undefined) return 'unseen';
  return { verb: 'read', object: real, zone: 'workspace', content: hash.sha256(partThatRuns(real, content)) };
}

/** A shell goes up by names, whatever they lead to; what it starts goes on from the real folder. */
async function realFolders(files: Ports['files'], folders: readonly string[]): Promise<readonly string[]> {
  return Promise.all(folders.map(async (folder) => (await files.facts(fromFolder(folder))).real));
}

async function nearestFiles(
  files: Ports['files'],
  names: readonly string[],
  folders: readonly string[],
  roots: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names)
    for (const folder of folders) {
      const path = await nearest(files, name, folder, roots);
      if (path !== undefined) found.push(path);
    }
  return found;
}

async function nearest(
  files: Ports['files'],
  name: string,
  folder: string,
  roots: readonly string[],
): Promise<string | undefined> {
  for (const at of upwards(folder)) {
    if (shownIn(at || '/', roots) === undefined) return undefined;
    const { kind } = await files.facts(`${at}/${name}`);
    if (kind === 'file' || kind === 'other') return `${at}/${name}`;
  }
  return undefined;
}

function partThatRuns(path: string, content: Uint8Array): string {
  const text = new TextDecoder().decode(content);
  if (!path.endsWith('/package.json')) return text;
  try {
    const manifest: unknown = JSON.parse(text);
    const scripts = typeof manifest === 'object' && manifest !== null && 'scripts' in manifest ? manifest.scripts : {};
    return JSON.stringify(scripts);
  } catch {
    return text;
  }
}
