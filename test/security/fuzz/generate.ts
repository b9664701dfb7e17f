import { readingPrograms } from '../../../src/core/security/shell/reading-programs.ts';
import type { Random } from './random.ts';

/** One command line that means something, bent in a few of the ways in which a guard has been fooled. */
export function generateCommand(random: Random): string {
  let command = random.percent(12) ? random.pick(whole) : simple(random);
  for (let times = random.below(3); times > 0; times--) command = random.pick(bends)(command, random);
  return command;
}

/** Of the folder that `workspace.ts` makes; some lead outside, hold secrets, or look like options. */
const paths = [
  'a.txt',
  'b.txt',
  'src/one.ts',
  'src',
  '.',
  'docs/read me.md',
  'data.json',
  'odd',
  'odd/--output=made',
  '-o',
  'bin/evil',
  'none',
  'src/none.ts',
  '.env',
  'link.txt',
  'up',
  'up/outside/secret.txt',
  'inner',
  'inner/one.ts',
  '../outside/secret.txt',
  '~/.ssh/id_rsa',
  '/etc/hostname',
  'src/../a.txt',
  'src/../../outside/secret.txt',
  './././a.txt',
  'src//one.ts',
  'inner/../a.txt',
  'up/../outside/secret.txt',
  '.git/config',
  'bare',
  '-',
  '/dev/null',
  '/proc/self/environ',
  '*',
  '*.txt',
  'src/*',
  '?.txt',
  '[ab].txt',
  'lin[[:alpha:]].txt',
  'link.tx[]t]',
  'l[!a]nk.txt',
  'l[h-j]nk.txt',
  "'y[a]'/s*",
  'y[a]/secret.txt',
  'u?/outside/s*',
  '.?/outside/secret.txt',
  '.[.]/outside/secret.txt',
  '.*',
  '*/*',
  'odd/*',
  'l*',
  '{a,b}.txt',
  'made',
] as const;

const programs: readonly string[] = [
  ...readingPrograms.keys(),
  ...[
    'git',
    'find',
    'sed',
    'jq',
    'date',
    'printf',
    'test',
    '[',
    'set',
    'command',
    'node',
    'bash',
    'cd',
    'env',
    'xargs',
    'eval',
    'timeout',
    'nice',
    'touch',
    'rm',
    'cp',
    'mv',
    'tee',
    'awk',
    'perl',
    'python3',
    'evil',
    './bin/evil',
    'bin/evil',
    './ls',
    '/bin/ls',
    'export',
    'read',
    'mapfile',
    'source',
    'dd',
    'ln',
  ],
];
const gitCommands = [
  'status',
  'diff',
  'log',
  'show',
  'blame',
  'branch',
  'tag',
  'remote',
  'ls-files',
  'ls-tree',
  'rev-parse',
  'cat-file',
  'describe',
  'grep',
  'stash',
  'reflog',
  'shortlog',
  'rev-list',
  'for-each-ref',
  'show-ref',
  'worktree',
  'check-ignore',
  'merge-base',
  'count-objects',
  'name-rev',
  'diff-tree',
  'config',
  'add',
  'commit',
  'checkout',
  'gc',
  'notes',
  'fetch',
] as const;
const longOptions = [
  'output=made',
  'output',
  'o',
  'out=made',
  'ext-diff',
  'textconv',
  'open-files-in-pager=evil',
  'pre=evil',
  'pre',
  'hostname-bin=evil',
  'compress-program=evil',
  'files0-from=../outside/secret.txt',
  'color',
  'color=always',
  'all',
  'stat',
  'format=%H',
  'format=%G?',
  'pretty',
  'oneline',
  'patch',
  'name-only',
  'help',
  'version',
  'count',
  'recursive',
  'no-index',
  'abbrev',
  'abbrev=4',
  'sort=version:refname',
  'contains',
  'list',
  'unified',
  'unified=1',
  'exclude=x',
  'show-current',
  'edit-description',
  'follow',
  'null',
  'unset',
  'delete',
  'reference=a.txt',
  'set=now',
  'date=now',
  'from-file=a.txt',
  'file=../outside/secret.txt',
  'zero',
  'check',
  'cached',
  'track',
  'amend',
  'submodule',
  'show-signature',
] as const;
const findWords = [
  '-name',
  '-type',
  'f',
  '-delete',
  '-exec',
  'evil',
  '{}',
  ';',
  '+',
  '-print',
  '-fprint',
  'made',
  '-o',
  '!',
  '(',
  ')',
  '-maxdepth',
  '1',
  '-newer',
  'a.txt',
  '-printf',
  '%p\\n',
  '-ls',
  '-fls',
  '-ok',
  '-execdir',
  '-empty',
  '-L',
  '-follow',
  '-regex',
  '.*',
  '-size',
  '+0',
  '-quit',
  '-prune',
  '-path',
  './src',
  '-files0-from',
  '-perm',
  '644',
  '-mtime',
  '-1',
] as const;
const texts = [
  'x',
  'one',
  'hello world',
  '%s\\n',
  '%n',
  '-v',
  'PATH',
  '1',
  '-1',
  '+%F',
  '01010000',
  '5',
  'HEAD',
  'HEAD~1',
  'HEAD:a.txt',
  'main',
  '.',
  'keys',
  'env',
  '1,2p',
  's/one/two/',
  's/one/two/w made',
  '1e touch made',
  'w made',
  '$!N',
  'one\\ntwo',
  '$(pwd)',
  '`pwd`',
  '$HOME',
  '$(touch made)',
  '`touch made`',
  '$(cat ../outside/secret.txt)',
  '<(ls)',
  '>(tee made)',
  '$((1+1))',
  '$((a[$(touch made)]))',
  `$${'{x:=y}'}`,
  `$${'{PATH}'}`,
  '!',
  '=',
  '-f',
  '-eq',
  'a[$(touch made)]',
  '"quo ted"',
  "'sin gle'",
] as const;

/** Whole lines that a mere list of words would hardly reach. */
const whole = [
  'cd src && ls',
  'cd src && cat ../a.txt',
  'cd up && ls',
  'cd inner/.. && cat a.txt',
  'ls | wc -l',
  'cat a.txt | sort | uniq -c',
  'if [ -f a.txt ]; then cat a.txt; fi',
  'for f in a.txt b.txt; do cat "$f"; done',
  'for PATH in bin; do ls; done',
  'while false; do ls; done',
  'case x in x) ls;; esac',
  'f() { evil; }; f',
  'ls() { evil; }; ls',
  'cat <<EOF\n$(touch made)\nEOF',
  "cat <<'EOF'\n$(touch made)\nEOF",
  'cat <<< "$(evil)"',
  'ls > made',
  'ls 2> made',
  'cat < a.txt',
  'cat < ../outside/secret.txt',
  'ls >&2',
  'ls &> made',
  'echo hi >| made',
  'find . -name "*.ts" | xargs cat',
  'PATH=bin ls',
  'GIT_PAGER=evil git log',
  'LD_PRELOAD=./x ls',
  'bash -c "ls"',
  "bash -c 'touch made'",
  "sh -c 'cat a.txt'",
  'eval ls',
  'eval "touch made"',
  'env ls',
  'env -i ls',
  'command ls',
  'timeout 2 ls',
  'nice ls',
  'test -f a.txt && echo yes',
  '[ -v "a[$(touch made)]" ]',
  '[[ "a[$(touch made)]" -eq 1 ]]',
  'git diff HEAD~1..HEAD -- a.txt',
  'git log -p -2',
  'git show HEAD:a.txt',
  'git -c core.pager=evil log',
  'cd bare && git status',
  'git grep -n one',
  'git branch made',
  'git branch --list',
  'git stash list',
  'diff <(ls) <(ls src)',
  'diff src inner',
  'grep -rn one .',
  'grep -R one .',
  'rg one',
  'tree src',
  'du -sh .',
  'jq . data.json',
  'jq "input_filename" data.json',
  'sed -n "1,2p" a.txt',
  "sed 's/one/two/g' a.txt",
  'printf "%s\\n" *',
  'echo *',
  'echo ~',
  'echo /etc/host*',
  'set -e; ls',
  'set -x; ls',
  'ls; exit 3',
  'true && false || ls',
  '! ls none',
  'time ls',
  'ls -la src && pwd && date',
] as const;

function simple(random: Random): string {
  const program = random.pick(programs);
  const words = [program];
  if (program === 'git') words.push(random.pick(gitCommands));
  for (let count = random.below(5); count > 0; count--) words.push(word(random, program));
  if (program === '[') words.push(']');
  return words.join(' ');
}

function word(random: Random, program: string): string {
  if (program === 'find' && random.percent(70)) return quoted(random.pick(findWords), random);
  const kind = random.below(100);
  if (kind < 40) return quoted(random.pick(paths), random);
  if (kind < 60) return ownOption(random, program);
  if (kind < 68) return `-${letters(random)}`;
  if (kind < 80) return `--${random.pick(longOptions)}`;
  return random.percent(50) ? random.pick(texts) : quoted(random.pick(texts), random);
}

/** One that the table knows, so that what it says of each is tried. */
function ownOption(random: Random, program: string): string {
  const known = readingPrograms.get(program);
  const long = (known?.long ?? '').split(' ').filter((name) => name !== '');
  if (known === undefined || (long.length > 0 && random.percent(50))) {
    if (long.length === 0) return `-${letters(random)}`;
    const name = random.pick(long);
    const value = random.pick(['1', 'x', 'a.txt', 'always', 'name', 'made']);
    return `--${name.replace(/=+$/, '')}${name.endsWith('=') ? (random.percent(70) ? `=${value}` : ` ${value}`) : ''}`;
  }
  const letter = random.pick([...`${known.flags ?? 'a'}${known.valued ?? ''}`]);
  const value = known.valued?.includes(letter)
    ? random.percent(50)
      ? random.pick(['1', 'x', 'a.txt'])
      : ` ${random.pick(['1', 'x', 'a.txt', 'made'])}`
    : '';
  return `-${letter}${value}`;
}

function letters(random: Random): string {
  return Array.from({ length: 1 + random.below(2) }, () =>
    random.pick([...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123']),
  ).join('');
}

function quoted(text: string, random: Random): string {
  switch (random.below(10)) {
    case 0:
      return `"${text}"`;
    case 1:
      return `'${text.replaceAll("'", '')}'`;
    case 2:
      return `${text.slice(0, 1)}""${text.slice(1)}`;
    case 3:
      return text.length > 1 ? `${text.slice(0, 1)}\\${text.slice(1)}` : text;
    case 4:
      return `$'${[...text].map((each) => (/[a-z]/.test(each) && random.percent(40) ? `\\x${each.charCodeAt(0).toString(16)}` : each === "'" ? '' : each)).join('')}'`;
    default:
      return /[\s()!;]/.test(text) ? `"${text}"` : text;
  }
}

type Bend = (command: string, random: Random) => string;

const bends: readonly Bend[] = [
  (command) => `bash -c ${JSON.stringify(command)}`,
  (command) => `eval ${JSON.stringify(command)}`,
  (command) => `echo "$(${command})"`,
  (command) => `echo \`${command.replaceAll('`', '')}\``,
  (command) => `{ ${command}; }`,
  (command) => `( ${command} )`,
  (command, random) =>
    `${command}${random.pick([' | ', ' && ', ' || ', '; ', ' & ', '\n', ' |& ', '\r\n', '\t;\t'])}${simple(random)}`,
  (command, random) =>
    `${random.pick(['env', 'command', 'nice', 'timeout 3', 'time', 'nohup', 'sudo', 'exec', 'builtin', 'xargs', 'env -u X', 'X=1', 'LC_ALL=C', 'stdbuf -o0', 'setsid'])} ${command}`,
  (command, random) =>
    `${command} ${random.pick(['> made', '>> a.txt', '2>&1', '2>/dev/null', '< a.txt', '<<< x', '>&made', '< /dev/null', '&> /dev/null', '> /dev/null 2>&1', '# > made', '2>&1 > made', '1<>made'])}`,
  // Characters that look like others, or like nothing.
  (command, random) => {
    const at = random.below(command.length + 1);
    return `${command.slice(0, at)}${random.pick(['\u200b', '\u00a0', '\u3000', '\u202e', '\u2028', '\r', '\u0007', '\ufeff', '\u0430', '\u{e0061}', '\\\n', '\t', '  ', '\u00ad', '\v', '\f'])}${command.slice(at)}`;
  },
  // One sign more somewhere.
  (command, random) => {
    const at = random.below(command.length + 1);
    return `${command.slice(0, at)}${random.pick([...'\'"\\`$(){}[]<>|&;#~*?!=-% \n'])}${command.slice(at)}`;
  },
  // One sign less somewhere.
  (command, random) => {
    const at = random.below(Math.max(1, command.length));
    return command.slice(0, at) + command.slice(at + 1);
  },
  (command) => command.toUpperCase(),
  (command) => `if true; then ${command}; fi`,
  (command) => `for i in 1 2; do ${command}; done`,
  (command) => `cat <<EOF\n$(${command})\nEOF`,
  (command) => `diff <(${command}) <(ls)`,
];
