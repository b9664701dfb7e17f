/** How a file system takes names; `darwin` and `win32` ignore case, and win32 has names that are no files. */
export type PathPlatform = 'posix' | 'darwin' | 'win32';

/** Why a path as it was written could lead somewhere else than it shows; undefined: it is plain. */
export function oddPath(path: string, platform: PathPlatform): string | undefined {
  if (path === '' || path.length > 4096) return 'is empty or longer than 4,096 characters';
  if (path.includes('\0')) return 'holds a NUL';
  if (platform === 'darwin' && /\p{Cf}/u.test(path)) return 'holds characters that the file system ignores';
  return platform === 'win32' ? oddWindowsPath(path) : undefined;
}

function oddWindowsPath(path: string): string | undefined {
  if (/^[\\/]{2}/.test(path)) return 'leads to the network or a device';
  if (/^[A-Za-z]:(?![\\/])/.test(path)) return 'starts at the current folder of a drive';
  const parts = path.replace(/^[A-Za-z]:/, '').split(/[\\/]+/);
  for (const part of parts) {
    if (part.includes(':')) return 'names a stream beside a file';
    if (deviceName.test(part)) return 'names a device';
    if (/~\d/.test(part)) return 'may be the short form of another name';
    if (/[. ]$/.test(part) && part !== '.' && part !== '..') return 'ends a name in a dot or a blank, which is dropped';
    if (/[<>"|?*]/.test(part)) return 'holds a sign that no name has';
  }
  return undefined;
}

const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\..*)?$/i;

/** Whether an absolute path lies below a folder; the folder itself does not. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** What the path, real and with forward slashes, is called below its workspace folder; undefined: it lies in none. */
export function shownIn(path: string, roots: readonly string[]): string | undefined {
  return roots.map((root) => pathBelow(path, root, 'posix')).find((below) => below !== undefined);
}

/**
 * A path from a folder on, absolute and without `.` and `..`, of which each takes a name away, whatever it leads to. A backslash
 * is part of a name, but where the folder is on a drive.
 */
export function fromFolder(folder: string, path = ''): string {
  const drive = /^[A-Za-z]:/.exec(folder)?.[0] ?? '';
  const whole = path.startsWith('/') ? path : `${folder.slice(drive.length)}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split(drive === '' ? '/' : /[\\/]+/)) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `${drive}/${parts.join('/')}`;
}

/** The folder and all that it lies in, the nearest first, without a slash at their ends: the root is "". */
export function* upwards(folder: string): Generator<string> {
  let at = folder.replace(/\/+$/, '');
  for (yield at; at !== ''; yield at) at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
}

/** The path below the folder, with forward slashes ("" for the folder itself); undefined: it lies elsewhere. Both are real paths. */
export function pathBelow(path: string, folder: string, platform: PathPlatform): string | undefined {
  const [inner, outer] = [path, folder].map((each) => withSlashes(each, platform));
  if (inner === undefined || outer === undefined) return undefined;
  const [a, b] = platform === 'posix' ? [inner, outer] : [foldCase(inner), foldCase(outer)];
  if (a === b) return '';
  // Folding may change lengths, so the cut is made between whole names.
  if (!a.startsWith(b === '/' ? b : `${b}/`)) return undefined;
  return inner
    .split('/')
    .slice(outer === '/' ? 1 : outer.split('/').length)
    .join('/');
}

/** As file systems that ignore case compare names: "\u017f" is an s, the Kelvin sign a k. */
export function foldCase(text: string): string {
  return text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}

function withSlashes(path: string, platform: PathPlatform): string {
  const slashed = platform === 'win32' ? path.replace(/^\\\\\?\\/, '').replaceAll('\\', '/') : path;
  return slashed.length > 1 ? slashed.replace(/\/+$/, '') : slashed;
}
