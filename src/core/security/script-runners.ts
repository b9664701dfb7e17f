import { programName, wrappers } from './command-danger.ts';
import { steersNothing } from './shell/beside-commands.ts';

/** A program that runs what a file of the workspace says. Options are letters and long names, without their dashes. */
interface Runner {
  /** Names of that file, in a folder or one that it lies in. */
  readonly files: readonly string[];
  /** Options whose value is the folder to look from. */
  readonly folder: readonly string[];
  /** Options whose value is the file itself. */
  readonly file: readonly string[];
  /** Options with which it looks where its words do not say, or runs text of their own. */
  readonly elsewhere: readonly string[];
  /** The same of other words. */
  readonly elsewhereWords: RegExp;
  /** The value may be joined to the letter. */
  readonly joins: boolean;
  /** What stands behind `--` is for the script. */
  readonly ends: boolean;
}

const packages: Runner = {
  files: ['package.json'],
  folder: ['C', 'prefix', 'dir', 'cwd'],
  file: [],
  elsewhere: [
    ...['c', 'r', 'w', 'F', 'T', 'ws', 'call', 'recursive', 'filter', 'filter-prod', 'workspace', 'workspaces'],
    ...['workspace-root', 'top-level', 'script-shell', 'node-options', 'userconfig', 'globalconfig', 'config'],
    ...['preload', 'require'],
  ],
  elsewhereWords: /^(?:workspaces?|explore)$/,
  joins: false,
  ends: true,
};
const pnpm: Runner = { ...packages, files: ['package.json', 'package.json5', 'package.yaml'] };
const make: Runner = {
  files: ['GNUmakefile', 'makefile', 'Makefile'],
  folder: ['C', 'directory'],
  file: ['f', 'file', 'makefile'],
  elsewhere: ['I', 'E', 'include-dir', 'eval'],
  elsewhereWords: /^(?:GNU|M)?(?:MAKE|FLAGS)\w*[:+?]*=/,
  joins: true,
  ends: false,
};
const just: Runner = {
  files: ['justfile', 'Justfile', '.justfile', 'JUSTFILE'],
  folder: ['d', 'working-directory'],
  file: ['f', 'justfile'],
  elsewhere: ['c', 'g', 'command', 'global-justfile', 'justfile-name', 'shell', 'shell-arg'],
  elsewhereWords: /\/|::/,
  joins: true,
  ends: false,
};
const task: Runner = {
  files: ['Taskfile', 'taskfile'].flatMap((name) =>
    ['.yml', '.yaml', '.dist.yml', '.dist.yaml'].map((end) => name + end),
  ),
  folder: ['d', 'dir'],
  file: ['t', 'taskfile'],
  elsewhere: ['g', 'global'],
  elsewhereWords: /^$/,
  joins: true,
  ends: false,
};
const runners: ReadonlyMap<string, Runner> = new Map([
  ...['npm', 'npx', 'yarn', 'bun', 'bunx'].map((name): [string, Runner] => [name, packages]),
  ...['pnpm', 'pnpx'].map((name): [string, Runner] => [name, pnpm]),
  ...['make', 'gmake'].map((name): [string, Runner] => [name, make]),
  ['just', just],
  ['task', task],
]);

/** Where a command looks for the scripts that it runs, beside the folder it runs in. */
export interface ScriptPlaces {
  readonly names: readonly string[];
  /** As its words say. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** It may look elsewhere, too. */
  readonly elsewhere: boolean;
}

/** undefined: no program among the words is known to run what a file says. */
export function scriptPlaces(words: readonly string[]): ScriptPlaces | undefined {
  const found = words.flatMap((word, index) => {
    const runner = runners.get(programName(word));
    return runner === undefined ? [] : [placesOf(runner, words.slice(0, index), words.slice(index + 1))];
  });
  const hidden = runsText.has(programName(words[0] ?? '')) && words.some(namesRunner);
  if (found.length === 0 && !hidden) return undefined;
  return {
    names: [...new Set(found.flatMap(({ names }) => names))],
    folders: found.flatMap(({ folders }) => folders),
    files: found.flatMap(({ files }) => files),
    elsewhere: hidden || found.some(({ elsewhere }) => elsewhere),
  };
}

function placesOf(runner: Runner, before: readonly string[], after: readonly string[]): ScriptPlaces {
  const end = runner.ends ? after.indexOf('--') : -1;
  const words = end < 0 ? after : after.slice(0, end);
  const folders: string[] = [];
  const files: string[] = [];
  let elsewhere = before.some(leadsAway) || words.some((word) => unsure.test(word));
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const { kind, value } = readOption(runner, word);
    if (kind === 'none') elsewhere ||= !word.startsWith('-') && runner.elsewhereWords.test(word);
    else if (kind === 'elsewhere') elsewhere = true;
    else {
      const path = value ?? left.shift() ?? '';
      if (plainPath(path)) (kind === 'folder' ? folders : files).push(path);
      else elsewhere = true;
    }
  }
  // Each may start where the one before it leads.
  return { names: runner.files, folders, files, elsewhere: elsewhere || folders.length > 1 };
}

interface ReadOption {
  readonly kind: 'none' | 'folder' | 'file' | 'elsewhere';
  /** Joined to it; else it is the next word. */
  readonly value?: string | undefined;
}

function readOption(runner: Runner, word: string): ReadOption {
  const dashes = /^-+/.exec(word)?.[0].length ?? 0;
  const [name = '', value] = word.slice(dashes).split(/=(.*)/s);
  if (dashes === 0 || name === '') return { kind: 'none' };
  const kind = kindOf(runner, name);
  if (dashes === 2 && name.length > 1 && kind !== undefined) return { kind, value };
  const all = [...runner.folder, ...runner.file, ...runner.elsewhere];
  // Long names may be cut short, and npm takes one dash for two.
  const [start = ''] = name.split('.');
  if ((dashes !== 1 || start.length > 1) && all.some((each) => each.length > 1 && each.startsWith(start)))
    return { kind: 'elsewhere' };
  return dashes === 1 ? readLetters(runner, word) : { kind: 'none' };
}

function readLetters(runner: Runner, word: string): ReadOption {
  const [first = '', ...letters] = word.slice(1);
  const kind = kindOf(runner, first);
  if (letters.length === 0) return { kind: kind ?? 'none' };
  if (kind !== undefined)
    return runner.joins ? { kind, value: word.slice(2).replace(/^=/, '') } : { kind: 'elsewhere' };
  return { kind: letters.some((letter) => kindOf(runner, letter) !== undefined) ? 'elsewhere' : 'none' };
}

function kindOf({ folder, file, elsewhere }: Runner, name: string): Exclude<ReadOption['kind'], 'none'> | undefined {
  if (folder.includes(name)) return 'folder';
  if (file.includes(name)) return 'file';
  return elsewhere.includes(name) ? 'elsewhere' : undefined;
}

/** What the shell may make other words of. */
const unsure = /[$`*?[{(]|^~/;

/** Behind a name, `..` leads elsewhere where that name is a link. */
function plainPath(value: string): boolean {
  const parts = value.split('/').filter((part) => part !== '' && part !== '.');
  const up = parts.lastIndexOf('..');
  return /^[\w@+./][\w@+./-]*$/.test(value) && parts.slice(0, up + 1).every((part) => part === '..');
}

/** A word before the runner by which it may run in another folder, with other variables or with more words. */
function leadsAway(word: string): boolean {
  const variable = /^(\w+)=/.exec(word)?.[1];
  if (variable !== undefined) return !steersNothing(variable);
  return word.startsWith('-') || unsure.test(word) || /^(?:xargs|parallel)$/.test(programName(word));
}

const runsText = new Set([...wrappers, ...'sh bash zsh dash ksh ash fish eval trap su find'.split(' ')]);

/** A text of several words, one of them a runner. */
function namesRunner(word: string): boolean {
  return /[\s;&|]/.test(word) && word.split(/[^\w.-]+/).some((part) => runners.has(part));
}
