import { constants, realpathSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, sep } from 'node:path';
import { posixQuoted } from '../../core/security/shell/posix-quoted.ts';
import { steersReading } from '../../core/security/steering-variables.ts';

/**
 * The environment of a command that was decided as one that only reads. Its programs are looked up outside the workspace, and
 * neither variables nor the workspace's own git configuration make them write, run anything else or look elsewhere.
 */
export function readerEnvironment(own: NodeJS.ProcessEnv, roots: readonly string[]): NodeJS.ProcessEnv {
  const kept = Object.entries(own).filter(([name]) => !steersReading.test(name));
  const path = Object.entries(own).find(([name]) => name.toUpperCase() === 'PATH');
  const gitSettings = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(kept),
    ...(path ? { [path[0]]: outsideFolders(path[1] ?? '', roots).join(delimiter) } : {}),
    ...Object.fromEntries(gitSettings),
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    PAGER: 'cat',
    // cmd looks for programs in the current folder first.
    NoDefaultCurrentDirectoryInExePath: '1',
  };
}

/** They outrank the files of the repository. */
const settings: readonly (readonly [string, string])[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.pager', 'cat'],
  ['safe.bareRepository', 'explicit'],
  ['diff.autoRefreshIndex', 'false'],
  ['diff.ignoreSubmodules', 'all'],
  ['submodule.recurse', 'false'],
  ['status.submoduleSummary', 'false'],
  ['log.showSignature', 'false'],
];

/** Shell text that sets variables and goes before a command, on its line. */
export function exported(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${posixQuoted(value)}; `)
    .join('');
}

/** The folders of a PATH without those of the workspace, and without relative ones. */
function outsideFolders(path: string, roots: readonly string[]): readonly string[] {
  return path.split(delimiter).filter((folder) => isAbsolute(folder) && !roots.some((root) => isInside(folder, root)));
}

function isInside(place: string, root: string): boolean {
  let real = place;
  try {
    real = realpathSync(place);
  } catch {
    // What is not there may come into being, and lies where its name says.
  }
  return [place, real].some((each) => each === root || each.startsWith(root + sep));
}

/** The program that a command of this name runs, unless it lies in the workspace; undefined: there is none. */
export async function findProgram(name: string, roots: readonly string[]): Promise<string | undefined> {
  const endings = process.platform === 'win32' ? (process.env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';') : [''];
  for (const folder of outsideFolders(process.env['PATH'] ?? '', roots))
    for (const ending of endings) {
      const file = join(folder, `${name}${ending}`);
      if ((await isProgram(file)) && !roots.some((root) => isInside(file, root))) return file;
    }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
