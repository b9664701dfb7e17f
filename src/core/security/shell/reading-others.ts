import { acts, judgeByTable, type Reading, readsNothing } from './reading.ts';
import type { ShellWord } from './shell-word.ts';

/** Programs whose words have a grammar of their own. */
export const readingByGrammar: ReadonlyMap<string, (words: readonly ShellWord[]) => Reading> = new Map([
  ['date', judgeDate],
  ['printf', judgePrintf],
  ['sed', judgeSed],
  ['jq', judgeJq],
  ['test', judgeTest],
  ['[', judgeTest],
  ['set', judgeSet],
  ['command', judgeCommand],
  ...'node nodejs python python3 bash gcc clang cc make java'
    .split(' ')
    .map((name): [string, (words: readonly ShellWord[]) => Reading] => [name, judgeVersion]),
]);

/** Programs that tell their version without a look at the folder they are in. */
function judgeVersion(words: readonly ShellWord[]): Reading {
  const [only] = words;
  // `bash -v` and `python -v` would go on to read a program.
  return words.length === 1 && only?.known === true && only.text === '--version' ? readsNothing : acts('a program');
}

function judgeDate(words: readonly ShellWord[]): Reading {
  const reading = judgeByTable(
    {
      flags: 'uR',
      valued: 'd',
      long: 'utc universal date= iso-8601 iso-8601= rfc-3339= rfc-email',
      operands: 'texts',
      most: 1,
    },
    words,
  );
  // Any other operand sets the clock.
  const sets = words.some(({ text, known }, index) => !known || (!/^[-+]/.test(text) && !isValueOf(words[index - 1])));
  return sets ? acts('a date that is set') : reading;
}

function isValueOf(word: ShellWord | undefined): boolean {
  return word?.text === '-d' || word?.text === '--date';
}

function judgePrintf(words: readonly ShellWord[]): Reading {
  const [format] = words;
  // `%n` sets the variable that its argument names.
  if (format === undefined || !format.known || format.glob || /^-|%[^a-zA-Z%]*n/.test(format.text))
    return acts('printf');
  return { places: words.filter(({ glob }) => glob).map((word) => ({ word, kind: 'names' })) };
}

/** Printing, deleting and quitting at lines, and replacing without a flag that writes or runs. */
const sedScript =
  /^(?:(?:\d+|\$)(?:,(?:\d+|\$))?[pdq]|\/(?:[^/\\\n]|\\[^\n])+\/[pd]|(?:\d+(?:,\d+)?)?s([/|#,])(?:(?!\1)[^\\\n]|\\[^\n])*\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gpiI\d]*)$/;

function judgeSed(words: readonly ShellWord[]): Reading {
  const scriptAt = words.findIndex(({ text }) => !/^-[nEr]+$|^--(quiet|silent|regexp-extended)$/.test(text));
  const script = words[scriptAt];
  if (script === undefined || !script.known || script.glob || !sedScript.test(script.text)) return acts('a sed script');
  const files = words.slice(scriptAt + 1);
  if (files.some(({ text, known, braces }) => !known || braces || text.startsWith('-')))
    return acts('an option of sed');
  return { places: files.map((word) => ({ word, kind: 'contents' })) };
}

function judgeJq(words: readonly ShellWord[]): Reading {
  const reading = judgeByTable(
    {
      flags: 'rcnsSejaCMR',
      long: 'raw-output compact-output null-input slurp sort-keys exit-status join-output tab raw-input color-output monochrome-output indent= version',
      operands: 'text-then-contents',
    },
    words,
  );
  // The environment, modules and further inputs are no part of the files that are named.
  const wide = words.some(({ text }) =>
    /\b(?:env|import|include|input_filename|modulemeta|get_search_list|debug|ENV)\b|\$\s*__prog/.test(text),
  );
  return wide ? acts('a filter that reaches beyond its input') : reading;
}

function judgeTest(words: readonly ShellWord[]): Reading {
  // `-v` and comparisons of numbers evaluate their words, which may hold commands.
  const known = words.every((word) => word.known && !word.glob && !word.pipe);
  const operators = words.filter(({ text }) => /^-[a-zA-Z]/.test(text));
  if (!known || !operators.every(({ text }) => /^-[defghkLnOprsSuwxz]$/.test(text))) return acts('a test of values');
  const places = words.filter((_, index) => /^-[defghkLOprsSuwx]$/.test(words[index - 1]?.text ?? ''));
  return { places: places.map((word) => ({ word, kind: 'names' })) };
}

function judgeSet(words: readonly ShellWord[]): Reading {
  const text = words.map((word) => (word.known ? word.text : '$')).join(' ');
  return /^[-+][eux]+$|^[-+][eux]*o (pipefail|errexit|nounset|xtrace)$/.test(text) ? readsNothing : acts('set');
}

/** `command -v curl` only looks it up. */
function judgeCommand(words: readonly ShellWord[]): Reading {
  const [option, ...names] = words;
  const looks =
    option?.known === true && /^-[vV]$/.test(option.text) && names.every(({ known, glob }) => known && !glob);
  return looks ? readsNothing : acts('command');
}
