import type { Effect } from '../../../protocol/effects.ts';
import type { Ports } from '../../ports.ts';
import { fromFolder, shownIn } from '../canonical-path.ts';
import { secretName } from '../secret-paths.ts';
import { expandPattern } from './expand-pattern.ts';
import { repositoryEffects } from './git-repository.ts';
import type { ScriptReading } from './read-script.ts';
import type { ReadPlace } from './reading.ts';

/** More entries than that are not looked through for links. */
const mostEntries = 1000;

export interface Grounds {
  readonly files: Ports['files'];
  readonly roots: readonly string[];
}

/** The places that a script reads as effects on real paths; a text where that cannot be said for certain. */
export async function placeEffects(grounds: Grounds, reading: ScriptReading): Promise<readonly Effect[] | string> {
  for (const folder of reading.folders) {
    const plain = fromFolder(folder);
    // Behind a link, `..` would lead somewhere else than it seems to.
    if ((await grounds.files.facts(plain)).real !== plain) return 'a folder behind a link';
  }
  const effects = new Map<string, Effect>();
  for (const { folder, place } of reading.places) {
    const found = await effectsOf(grounds, fromFolder(folder), place);
    if (typeof found === 'string') return found;
    for (const effect of found) effects.set(`${effect.object}\n${effect.protects}`, effect);
  }
  return [...effects.values()];
}

/** What a line that also does other things reads for certain of places outside and files of secrets. */
export async function riskyPlaces(grounds: Grounds, { places }: ScriptReading): Promise<readonly Effect[]> {
  const effects = new Map<string, Effect>();
  for (const { folder, place } of places) {
    const found = place.kind === 'git' ? [] : await effectsOf(grounds, fromFolder(folder), place);
    if (typeof found === 'string') continue;
    for (const effect of found)
      if (effect.zone === 'outside' || effect.protects !== undefined) effects.set(effect.object, effect);
  }
  return [...effects.values()];
}

async function effectsOf(
  grounds: Grounds,
  folder: string,
  { word, kind }: ReadPlace,
): Promise<readonly Effect[] | string> {
  if (kind === 'git') return repositoryEffects(grounds, folder);
  if (word.pipe || word.text === '-' || word.text === '' || /^\/dev\/(?:null|stdin)$/.test(word.text)) return [];
  if (!word.known) return 'a place that is only known when it runs';
  if (goesUpAgain(word.text)) return 'a path that goes up again';
  const paths = word.glob ? await expandPattern(grounds.files, folder, word.text) : [join(folder, word.text)];
  if (typeof paths === 'string') return paths;
  const effects: Effect[] = [];
  for (const path of paths) {
    const { real, kind: found } = await grounds.files.facts(path);
    if (kind === 'linked-tree' && found === 'directory' && (await hasLinks(grounds.files, real))) {
      return 'links below it that are followed';
    }
    effects.push(readEffect(grounds.roots, real, kind));
  }
  return effects;
}

export function readEffect(roots: readonly string[], real: string, kind: ReadPlace['kind']): Effect {
  const shown = shownIn(real, roots);
  const secret = kind === 'names' ? undefined : secretName(shown ?? real);
  const zone = shown === undefined ? 'outside' : 'workspace';
  return { verb: 'read', object: real, zone, ...(secret === undefined ? {} : { protects: secret }) };
}

async function hasLinks(files: Ports['files'], folder: string): Promise<boolean> {
  const left = [folder];
  let seen = 0;
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const entries = await files.entries(path, mostEntries - seen);
    if (entries === undefined) return true;
    seen += entries.length;
    for (const { name, kind } of entries) {
      if (kind === 'link') return true;
      if (kind === 'directory') left.push(`${path}/${name}`);
    }
  }
  return false;
}

function join(folder: string, path: string): string {
  return path.startsWith('/') ? path : `${folder}/${path}`;
}

/** "a/../b": where a is a link, the system goes up from where it leads. */
function goesUpAgain(path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.some((part, index) => part === '..' && index > 0 && parts[index - 1] !== '..');
}
