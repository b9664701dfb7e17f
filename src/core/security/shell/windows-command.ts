import { scriptDanger } from '../script-danger.ts';
import { judgeWords } from './judge-words.ts';
import type { ScriptReading } from './read-script.ts';
import { acts, here, type Reading, type ReadPlace } from './reading.ts';
import type { WindowsShell } from './shell-kind.ts';
import type { ShellWord } from './shell-word.ts';

export interface JudgedCommand {
  readonly danger: string | undefined;
  readonly reading: ScriptReading;
}

/**
 * A command for PowerShell or cmd, neither of which is parsed: one command of a short list that only reads, in plain words, may
 * pass. Plain words mean the same in every shell and are judged as such; all else asks in every mode.
 */
export function judgeWindowsCommand(
  command: string,
  shell: WindowsShell,
  place: { readonly cwd: string; readonly roots: readonly string[] },
): JudgedCommand {
  const words = shell === 'powershell' ? powershellWords(command) : plainWords(command);
  const reading = words === undefined ? acts('it is not in plain words') : judgeReading(words, shell);
  const readsOnly = !('acts' in reading);
  const commands = [{ words: words ?? [known(command)], readsOnly, folders: [place.cwd] }];
  const places =
    'acts' in reading ? [] : reading.places.map((each) => ({ folder: place.cwd, place: withSlashes(each) }));
  const why = 'acts' in reading ? reading.acts : undefined;
  const judged = { commands, acts: why, beside: undefined, places, folders: [place.cwd] };
  return { danger: readsOnly ? undefined : danger(command, place), reading: judged };
}

function danger(
  command: string,
  { cwd, roots }: { readonly cwd: string; readonly roots: readonly string[] },
): string | undefined {
  const found = scriptDanger(command.replaceAll('\\', '/'), { roots, folders: [cwd] });
  if (found !== undefined || plainWords(command) !== undefined) return found;
  return 'a command that is not in plain words, for a shell that is not parsed';
}

function judgeReading(words: readonly ShellWord[], shell: WindowsShell): Reading {
  const [first, ...rest] = words;
  const name = first?.text.toLowerCase() ?? '';
  if (shell === 'cmd') return judgeCmd(name, rest);
  if (name === 'git' || name === 'rg') return judgeWords([known(name), ...rest]);
  return judgeCmdlet(name, rest);
}

/** Built into cmd, so that no program of the folder is taken for them. */
function judgeCmd(name: string, rest: readonly ShellWord[]): Reading {
  if (['echo', 'ver', 'cd', 'vol'].includes(name))
    return rest.length === 0 || name === 'echo' ? { places: [] } : acts(name);
  const operands = rest.filter(({ text }) => !/^\/[abdlnopqstw4](?::[a-z-]*)?$/i.test(text));
  if (name === 'dir')
    return { places: (operands.length === 0 ? [here] : operands).map((word) => ({ word, kind: 'names' })) };
  return name === 'type' && rest.length === 1 ? { places: [{ word: rest[0] ?? here, kind: 'contents' }] } : acts(name);
}

interface Cmdlet {
  readonly parameters: readonly string[];
  readonly switches?: readonly string[];
  readonly kind: 'contents' | 'names' | 'texts';
}

const content: Cmdlet = {
  parameters: ['path', 'literalpath', 'totalcount', 'tail', 'head', 'first', 'encoding'],
  switches: ['raw'],
  kind: 'contents',
};
const children: Cmdlet = {
  parameters: ['path', 'literalpath', 'filter', 'include', 'exclude', 'depth'],
  switches: ['recurse', 'force', 'name', 'file', 'directory', 'hidden'],
  kind: 'names',
};
const output: Cmdlet = { parameters: [], kind: 'texts' };
const cmdlets = new Map<string, Cmdlet>([
  ...['get-content', 'gc', 'cat', 'type'].map((name): [string, Cmdlet] => [name, content]),
  ...['get-childitem', 'gci', 'ls', 'dir'].map((name): [string, Cmdlet] => [name, children]),
  ...['write-output', 'write-host', 'echo'].map((name): [string, Cmdlet] => [name, output]),
  ...['get-location', 'pwd', 'get-date', 'get-host'].map((name): [string, Cmdlet] => [name, output]),
  ...['test-path', 'resolve-path', 'get-item', 'get-filehash'].map((name): [string, Cmdlet] => [
    name,
    { parameters: ['path', 'literalpath', 'algorithm'], kind: 'contents' },
  ]),
]);

function judgeCmdlet(name: string, rest: readonly ShellWord[]): Reading {
  const cmdlet = cmdlets.get(name);
  if (cmdlet === undefined) return acts(`the program ${name}`);
  const places: ShellWord[] = [];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at];
    if (word === undefined) break;
    const parameter = /^-([a-z]+)$/i.exec(word.text)?.[1]?.toLowerCase();
    if (parameter === undefined) {
      if (word.text.startsWith('-')) return acts(`the option ${word.text}`);
      places.push(word);
    } else if (cmdlet.parameters.includes(parameter)) {
      const value = rest[++at];
      if (value === undefined || value.text.startsWith('-')) return acts(`the value of ${word.text}`);
      if (/^(?:literal)?path$/.test(parameter)) places.push(value);
    } else if (!cmdlet.switches?.includes(parameter)) return acts(`the option ${word.text}`);
  }
  if (cmdlet.kind === 'texts')
    return ['get-date', 'pwd', 'get-location'].includes(name) && places.length > 0 ? acts(name) : { places: [] };
  // "env:", "HKLM:" and the like are no files.
  if (places.some(({ text }) => text.includes(':'))) return acts('a place that is no file');
  const read = places.length === 0 && cmdlet.kind === 'names' ? [here] : places;
  return { places: read.map((word) => ({ word, kind: cmdlet.kind === 'names' ? 'names' : 'contents' })) };
}

/** `powershell -NoProfile -Command '…'` is what stands inside, given as one word or as plain ones. */
function powershellWords(command: string): readonly ShellWord[] | undefined {
  const started =
    /^\s*(?:powershell|pwsh)(?:\.exe)?((?:\s+-(?:NoLogo|NoProfile|NonInteractive))*)(?:\s+-(?:Command|c))?\s+(.+)$/is.exec(
      command,
    );
  if (!started) return plainWords(command);
  const script = started[2]?.trim() ?? '';
  const quoted = /^'([^']*)'$/.exec(script)?.[1] ?? /^"([^"$`]*)"$/.exec(script)?.[1];
  return plainWords(quoted ?? script);
}

/** Words of letters, digits and harmless signs; quotes only around a whole word. undefined where there is anything else. */
function plainWords(command: string): readonly ShellWord[] | undefined {
  const words: ShellWord[] = [];
  let rest = command.trim();
  while (rest !== '') {
    const found = /^(?:([\w./\\:=+*?-]+)|"([\w ./\\:=+-]*)"|'([\w ./\\:=+-]*)')(?:[ \t]+|$)/.exec(rest);
    if (!found) return undefined;
    const bare = found[1];
    if (words.length === 0 && bare === undefined) return undefined;
    words.push({
      text: bare ?? found[2] ?? found[3] ?? '',
      known: true,
      glob: bare !== undefined && /[*?]/.test(bare),
    });
    rest = rest.slice(found[0].length);
  }
  return words.length === 0 ? undefined : words;
}

function withSlashes({ word, kind }: ReadPlace): ReadPlace {
  return { word: { ...word, text: word.text.replaceAll('\\', '/') }, kind };
}

function known(text: string): ShellWord {
  return { text, known: true, glob: false };
}
