import { shownIn } from './canonical-path.ts';
import { protectedName } from './protected-paths.ts';
import type { ShellWord } from './shell/shell-word.ts';

export interface CommandPlace {
  readonly roots: readonly string[];
  /** Where the command may stand: where it starts and each folder that a `cd` in it leads to. Grows while it is read. */
  readonly folders: string[];
}

/** More `cd` than that in one command are not followed. */
const maxFolders = 32;

/** Why a write to the word asks in every mode, if it does. */
export function writeDanger(target: ShellWord, place: CommandPlace): string | undefined {
  if (!target.known) return 'a write to a place that is only known when it runs';
  if (/^\/dev\/(null|stdout|stderr|tty|fd\/\d+)$/.test(target.text)) return undefined;
  if (/^\/dev\/(tcp|udp)\//.test(target.text)) return 'the network';
  // A pattern that could name a hidden or lock file is judged as if it did.
  if (target.glob && target.text.split('/').some(mayFitProtected)) return 'a pattern that may match protected files';
  for (const folder of place.folders) {
    const danger = pathDanger(resolve(folder, target.text), place.roots);
    if (danger !== undefined) return danger;
  }
  return undefined;
}

function mayFitProtected(part: string): boolean {
  const [sign, lock] = [part.search(/[*?[{]/), part.indexOf('lock')];
  if (sign < 0) return false;
  if (/^\.[^.]*[*?[{]/.test(part) || /lock|env|rc/.test(part.slice(sign + 1))) return true;
  return lock >= 0 && /[*?]/.test(part.slice(lock));
}

/** Follows a `cd`: later relative paths may start there. */
export function folderDanger(target: ShellWord | undefined, place: CommandPlace): string | undefined {
  if (target === undefined || !target.known || target.text === '-') return 'a folder that is only known when it runs';
  if (place.folders.length > maxFolders) return 'a command too long to judge';
  const folders = place.folders.map((folder) => resolve(folder, target.text));
  if (folders.some((folder) => shownIn(folder, place.roots) === undefined)) return 'a folder outside the workspace';
  for (const folder of folders) if (!place.folders.includes(folder)) place.folders.push(folder);
  return place.folders.length > maxFolders ? 'a command too long to judge' : undefined;
}

function pathDanger(path: string, roots: readonly string[]): string | undefined {
  const shown = shownIn(path, roots);
  return shown === undefined ? `a write outside the workspace (${path})` : protectedName(shown);
}

function resolve(folder: string, path: string): string {
  if (path.startsWith('~')) return `/${path}`;
  const drive = /^[A-Za-z]:/.exec(path.startsWith('/') ? path : folder)?.[0] ?? '';
  const whole = path.startsWith('/') || /^[A-Za-z]:/.test(path) ? path : `${folder}/${path}`;
  const parts: string[] = [];
  for (const part of whole.slice(drive.length).split(/[\\/]+/)) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `${drive}/${parts.join('/')}`;
}
