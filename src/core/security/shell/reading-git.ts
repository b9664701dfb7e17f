import { acts, here, judgeByTable, type Reading, type ReadingProgram, type ReadPlace } from './reading.ts';
import type { ShellWord } from './shell-word.ts';

/** Only those before the subcommand that change neither the repository nor what git runs. */
const ownOptions = new Set(['--no-pager', '-P', '--no-optional-locks', '--literal-pathspecs']);

const revisions =
  'all branches tags remotes oneline graph decorate== stat== shortstat numstat name-only name-status patch no-patch no-color color== abbrev-commit abbrev== date= since= until= after= before= author= committer= grep= max-count= skip= first-parent merges no-merges reverse follow no-ext-diff no-textconv pretty== format= topo-order date-order unified= word-diff== cached staged summary raw no-renames find-renames ignore-all-space ignore-space-change ignore-blank-lines diff-filter= full-index text minimal patience histogram left-right cherry-pick cherry source no-prefix relative function-context exit-code quiet check binary compact-summary merge-base show-pulls no-walk invert-grep regexp-ignore-case extended-regexp fixed-strings perl-regexp no-notes no-show-signature';
const looking = { flags: 'pusqwbaRiEFPzmctrM', valued: 'nSGUL', numbers: true, long: revisions } as const;

/** Subcommands that only look. Their words are revisions and paths; what looks like a path is judged as one. */
const subcommands = new Map<string, ReadingProgram>([
  [
    'status',
    {
      flags: 'sbvuz',
      long: 'short branch porcelain== long verbose show-stash untracked-files== ignored== column no-column ahead-behind no-ahead-behind renames no-renames',
      operands: 'contents',
    },
  ],
  ...['log', 'diff', 'show', 'rev-list', 'whatchanged', 'diff-tree'].map((name): [string, ReadingProgram] => [
    name,
    { ...looking, operands: 'contents' },
  ]),
  [
    'shortlog',
    {
      flags: 'sne',
      numbers: true,
      long: 'summary numbered email all since= until= no-merges author= group=',
      operands: 'contents',
    },
  ],
  [
    'blame',
    {
      flags: 'wlstefnMC',
      valued: 'L',
      long: 'porcelain line-porcelain incremental root show-name show-number show-email date= abbrev==',
      operands: 'contents',
    },
  ],
  [
    'branch',
    {
      flags: 'arvl',
      long: 'list show-current all remotes verbose no-color color== merged no-merged contains= no-contains= points-at= sort= format= column no-column',
      operands: 'texts',
      most: 0,
    },
  ],
  [
    'tag',
    {
      flags: 'ln',
      long: 'list sort= format= contains= points-at= merged= no-merged= column no-column',
      operands: 'texts',
      most: 0,
    },
  ],
  ['remote', { flags: 'v', long: 'verbose', operands: 'texts', most: 0 }],
  [
    'ls-files',
    {
      flags: 'cdmosktuvz',
      valued: 'x',
      long: 'cached deleted modified others stage exclude= exclude-standard unmerged full-name error-unmatch eol deduplicate',
      operands: 'contents',
    },
  ],
  [
    'ls-tree',
    { flags: 'drtlz', long: 'name-only name-status long full-name full-tree abbrev==', operands: 'contents' },
  ],
  [
    'rev-parse',
    {
      flags: 'q',
      long: 'verify quiet short== abbrev-ref== symbolic symbolic-full-name show-toplevel show-prefix show-cdup git-dir absolute-git-dir git-common-dir is-inside-work-tree is-inside-git-dir is-bare-repository is-shallow-repository show-object-format all branches tags',
      operands: 'contents',
    },
  ],
  ['cat-file', { flags: 'tspe', operands: 'contents' }],
  [
    'describe',
    {
      long: 'tags all long always abbrev== exact-match contains match= exclude= candidates= first-parent',
      operands: 'texts',
    },
  ],
  ['merge-base', { flags: 'a', long: 'all octopus is-ancestor independent fork-point', operands: 'texts' }],
  ['name-rev', { long: 'name-only tags refs= always no-undefined all', operands: 'texts' }],
  [
    'for-each-ref',
    { long: 'format= sort= count= points-at= merged= no-merged= contains= no-contains=', operands: 'texts' },
  ],
  ['show-ref', { flags: 'dq', long: 'heads branches tags dereference hash== verify quiet', operands: 'texts' }],
  ['count-objects', { flags: 'vH', long: 'verbose human-readable', operands: 'texts', most: 0 }],
  ['check-ignore', { flags: 'qvnz', long: 'quiet verbose non-matching no-index', operands: 'contents' }],
  [
    'grep',
    {
      flags: 'nilLcwvEFGPhHopqWaIz',
      valued: 'ABCem',
      numbers: true,
      long: 'cached line-number ignore-case files-with-matches name-only files-without-match count word-regexp invert-match extended-regexp fixed-strings basic-regexp perl-regexp break heading show-function function-context and or not all-match max-depth= untracked color== text',
      operands: 'contents',
    },
  ],
]);

/** The first word after these has to be one of those named. */
const listing = new Map<string, readonly string[]>([
  ['stash', ['list']],
  ['worktree', ['list']],
  ['reflog', ['show']],
]);

export function judgeGit(words: readonly ShellWord[]): Reading {
  const from = words.findIndex(({ text, known }) => !known || !ownOptions.has(text));
  const subcommand = words[from];
  if (subcommand === undefined || !subcommand.known || subcommand.glob) return acts('git without a subcommand');
  const name = subcommand.text;
  const rest = words.slice(from + 1);
  if (name === '--version' || name === 'version') return rest.length === 0 ? { places: [] } : acts('git version');
  const listed = listing.get(name);
  if (listed !== undefined) {
    const first = rest[0]?.text ?? (name === 'reflog' ? 'show' : '');
    if (!listed.includes(first) || rest.slice(1).some(({ known }) => !known)) return acts(`git ${name} ${first}`);
    return judgeWords({ long: 'oneline porcelain verbose', numbers: true, operands: 'texts', most: 0 }, rest.slice(1));
  }
  const program = subcommands.get(name);
  return program === undefined ? acts(`git ${name}`) : judgeWords(program, rest);
}

function judgeWords(program: ReadingProgram, words: readonly ShellWord[]): Reading {
  if (words.some(({ known, pipe }) => !known || pipe)) return acts('an argument that is only known when it runs');
  // Asking for signatures runs the program that checks them.
  if (words.some(({ text }) => /%G|%\(signature/.test(text))) return acts('a format that checks signatures');
  const reading = judgeByTable(program, words);
  if ('acts' in reading) return reading;
  return { places: [{ word: here, kind: 'git' }, ...reading.places.map(placeIn)] };
}

/**
 * Every operand may be a file, also one that looks like a revision ("main", "sub/.env"): git takes it for one where there is no
 * such revision. A file of a revision ("HEAD~1:sub/.env") may hold what the file of now does.
 */
function placeIn(place: ReadPlace): ReadPlace {
  const { word } = place;
  const inside = /^[^/:]*:(?!\/)(.+)$/s.exec(word.text)?.[1];
  return inside === undefined ? place : { ...place, word: { ...word, text: inside } };
}
