import type { ShellWord } from './shell/shell-word.ts';
import { type CommandPlace, folderDanger, writeDanger } from './write-danger.ts';

export interface CommandContext {
  readonly place: CommandPlace;
  /** Its input comes from another command. */
  readonly fed: boolean;
  /** Texts given to it as `<<` and `<<<`. */
  readonly hereText: readonly string[];
  /** Judges shell text that the command will run. */
  readonly nested: (source: string) => string | undefined;
}

/** Why one simple command, as its words, asks in every mode, if it does. */
export function commandDanger(words: readonly ShellWord[], context: CommandContext): string | undefined {
  const first = words[0];
  if (first === undefined) return undefined;
  if (!first.known || first.glob) return 'a command whose name is only known when it runs';
  const name = programName(first.text);
  const rest = words.slice(1);
  // `command -v curl` only looks it up.
  if (name === 'command' && /^-[vV]$/.test(rest[0]?.text ?? '')) return undefined;
  if (wrappers.has(name)) return wrappedDanger(words, context);
  if (runsText.has(name)) return textDanger(rest, context);
  if (name === 'cd' || name === 'pushd') return folderDanger(operands(rest)[0], context.place);
  if (name === 'find') return findDanger(rest, context);
  return (
    always.get(name) ??
    (name === 'git' ? gitDanger(rest) : subcommandDanger(name, rest)) ??
    interpreterDanger(name, rest, context) ??
    writerDanger(name, rest, context.place)
  );
}

const always = new Map<string, string>([
  ...named('the rights of another user', 'sudo doas su pkexec runas'),
  ...named('the network', 'curl wget ssh scp sftp rsync nc ncat netcat telnet ftp socat http https xh aria2c gh glab'),
  ...named('the network', 'invoke-webrequest invoke-restmethod iwr irm'),
  ...named(
    'a deployment',
    'vercel netlify fly flyctl heroku wrangler firebase serverless sls railway ansible-playbook',
  ),
  ...named('a deployment', 'aws gcloud gsutil az doctl argocd cdk eb'),
  ...named('the computer as a whole', 'shutdown reboot halt poweroff mkfs fdisk systemctl launchctl crontab at'),
]);

/** Subcommands that publish; every other one of these programs is an ordinary run. */
const publishing = new Map<string, readonly string[]>([
  ...['npm', 'yarn', 'pnpm', 'bun', 'cargo', 'poetry', 'uv', 'vsce', 'ovsx', 'lerna', 'hatch', 'flit'].map(
    (name): [string, readonly string[]] => [name, ['publish', 'unpublish', 'yank', 'deprecate']],
  ),
  ['twine', ['upload']],
  ['docker', ['push', 'login']],
  ['podman', ['push', 'login']],
  ['gem', ['push', 'yank']],
  ['dotnet', ['push']],
  ['mvn', ['deploy', 'release:perform']],
]);

/** Deployment tools, each with the subcommands that only look. */
const deploying = new Map<string, readonly string[]>([
  ['kubectl', ['get', 'describe', 'logs', 'version', 'explain', 'diff', 'api-resources', 'cluster-info']],
  ['oc', ['get', 'describe', 'logs', 'version']],
  ['helm', ['template', 'lint', 'version', 'list', 'status', 'show', 'history']],
  ['terraform', ['plan', 'validate', 'fmt', 'show', 'version', 'output', 'init', 'graph', 'providers']],
  ['tofu', ['plan', 'validate', 'fmt', 'show', 'version', 'output', 'init']],
  ['pulumi', ['preview', 'version', 'about']],
]);

/** Programs that run the one that stands among their words. */
export const wrappers: ReadonlySet<string> = new Set(
  'env xargs nohup time nice ionice timeout gtimeout stdbuf setsid command exec builtin watch parallel unshare script npx bunx'.split(
    ' ',
  ),
);
const runsText = new Set(['eval', 'trap']);
const shells = new Set('sh bash zsh dash ksh ash fish'.split(' '));
const interpreters =
  /^(python[\d.]*|pypy[\d.]*|node|nodejs|deno|bun|perl|ruby|php|lua|tclsh|osascript|pwsh|powershell)$/;

/** Wrappers differ in their options, so each word that could be the inner command is judged as one. */
function wrappedDanger(words: readonly ShellWord[], context: CommandContext): string | undefined {
  for (let index = 1; index < words.length; index++) {
    const word = words[index];
    if (word === undefined) break;
    if (/^(-S|--split-string)/.test(word.text)) {
      const text = [
        word.text.replace(/^(-S|--split-string=?)/, ''),
        ...words.slice(index + 1).map((each) => each.text),
      ];
      return context.nested(text.join(' '));
    }
    if (/^-|^\w+\+?=|^\d+(\.\d+)?[smhd]?$|^\{\}$/.test(word.text)) continue;
    const danger = commandDanger(words.slice(index), context);
    if (danger !== undefined) return danger;
    if (!words[index - 1]?.text.startsWith('-')) break;
  }
  return undefined;
}

function textDanger(rest: readonly ShellWord[], context: CommandContext): string | undefined {
  if (rest.some((word) => !word.known)) return 'a command that is only known when it runs';
  return context.nested(rest.map((word) => word.text).join(' '));
}

function findDanger(rest: readonly ShellWord[], context: CommandContext): string | undefined {
  const run = rest.findIndex((word) => /^-(exec|execdir|ok|okdir)$/.test(word.text));
  const danger = run < 0 ? undefined : commandDanger(rest.slice(run + 1), context);
  if (danger !== undefined) return danger;
  if (!rest.some((word) => /^-(delete|exec|execdir|fprint\w*|fls)$/.test(word.text))) return undefined;
  for (const word of rest) {
    if (/^[-(!]/.test(word.text)) break;
    const outside = writeDanger(word, context.place);
    if (outside !== undefined) return outside;
  }
  return undefined;
}

function gitDanger(rest: readonly ShellWord[]): string | undefined {
  const index = rest.findIndex(
    (word, at) =>
      !word.text.startsWith('-') && !/^(-C|-c|--git-dir|--work-tree|--namespace)$/.test(rest[at - 1]?.text ?? ''),
  );
  const subcommand = rest[index];
  if (subcommand === undefined) return undefined;
  if (!subcommand.known) return 'a command that is only known when it runs';
  if (['push', 'send-email', 'send-pack'].includes(subcommand.text)) return 'a push to a remote repository';
  const looks = rest.some((word) => /^(--get.*|--list|-l|get|list)$/.test(word.text)) || rest.length === index + 2;
  return subcommand.text === 'config' && !looks ? "git's own configuration" : undefined;
}

function subcommandDanger(name: string, rest: readonly ShellWord[]): string | undefined {
  const texts = operands(rest).map((word) => word.text);
  if (publishing.get(name)?.some((subcommand) => texts.includes(subcommand))) return 'a publication';
  const looking = deploying.get(name);
  return looking === undefined || looking.includes(texts[0] ?? 'version') ? undefined : 'a deployment';
}

function interpreterDanger(name: string, rest: readonly ShellWord[], context: CommandContext): string | undefined {
  const shell = shells.has(name);
  if (!shell && !interpreters.test(name)) return undefined;
  const script = shell ? rest.findIndex((word) => /^-[a-z]*c$/.test(word.text)) : -1;
  if (script >= 0) {
    const text = rest[script + 1];
    return text === undefined || !text.known ? 'a command that is only known when it runs' : context.nested(text.text);
  }
  const files = operands(rest).filter((word) => word.text !== '/dev/stdin');
  const reads = files.length === 0 || (shell && rest.some((word) => word.text === '-s'));
  if (reads && context.fed) return 'a program that arrives through a pipe';
  if (!shell) return undefined;
  for (const text of context.hereText) {
    const danger = context.nested(text);
    if (danger !== undefined) return danger;
  }
  return undefined;
}

const changesAll = new Set(
  'rm rmdir unlink shred mv tee touch mkdir ln truncate chmod chown chgrp link mkfifo patch'.split(' '),
);

function writerDanger(name: string, rest: readonly ShellWord[], place: CommandPlace): string | undefined {
  for (const target of [...writeTargets(name, rest), ...outputTargets(name, rest)]) {
    const danger = writeDanger(target, place);
    if (danger !== undefined) return danger;
  }
  return undefined;
}

const outputFlag =
  /^--(?:out|output|outfile|out-file|output-file|outdir|out-dir|output-dir|output-directory|log-file|logfile)(?:=(.*))?$/;
const shortOutput = new Set('sort shuf git tree gcc g++ cc clang clang++ ld go rustc pandoc dot xmllint'.split(' '));

/** Files that a flag names, whatever the program: an allowing rule of the user speaks of its first words only. */
function outputTargets(name: string, rest: readonly ShellWord[]): readonly ShellWord[] {
  return rest.flatMap((word, index) => {
    const long = outputFlag.exec(word.text);
    const short = shortOutput.has(name) ? /^-o(.*)$/.exec(word.text) : null;
    if (long === null && short === null) return [];
    const text = long?.[1] ?? (short?.[1] || undefined);
    const next = rest[index + 1];
    return text !== undefined ? [{ ...word, text }] : next === undefined ? [] : [next];
  });
}

function writeTargets(name: string, rest: readonly ShellWord[]): readonly ShellWord[] {
  const files = operands(rest);
  if (name === 'dd') {
    return rest.filter((word) => word.text.startsWith('of=')).map((word) => ({ ...word, text: word.text.slice(3) }));
  }
  if (name === 'sed' || name === 'perl') {
    return rest.some((word) => /^(-[a-zA-Z]*i|--in-place)/.test(word.text)) ? files.slice(name === 'sed' ? 1 : 0) : [];
  }
  if (name === 'chmod' || name === 'chown' || name === 'chgrp') return files.slice(1);
  if (name !== 'cp' && name !== 'install' && !changesAll.has(name)) return [];
  const option = rest.findIndex((word) => word.text === '-t' || word.text === '--target-directory');
  const folder = rest.find((word) => word.text.startsWith('--target-directory='));
  const target = folder ? { ...folder, text: folder.text.slice(19) } : option < 0 ? files.at(-1) : rest[option + 1];
  if (target === undefined) return [];
  if (name !== 'cp' && name !== 'install' && name !== 'mv') return files;
  // Where the target is a folder, the file keeps its name there.
  const placed = files.map((file) => ({ ...target, text: `${target.text}/${file.text.split('/').at(-1) ?? ''}` }));
  return name === 'mv' ? [...files, target, ...placed] : [target, ...placed.slice(0, -1)];
}

function operands(words: readonly ShellWord[]): readonly ShellWord[] {
  const end = words.findIndex((word) => word.text === '--');
  return words.filter((word, index) => (end >= 0 && index > end) || !word.text.startsWith('-') || !word.known);
}

/** "/usr/bin/Curl.exe" is curl. */
export function programName(text: string): string {
  return (text.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.(exe|cmd|bat|ps1)$/, '');
}

function named(name: string, programs: string): [string, string][] {
  return programs.split(' ').map((program) => [program, name]);
}
