import { MagusError } from '../errors/magus-error.ts';
import { posixQuoted } from '../security/shell/posix-quoted.ts';
import { shellKind } from '../security/shell/shell-kind.ts';

/** Words as one line for the shell that runs commands ("/bin/bash on linux"), so that each arrives as it is. */
export function commandLine(words: readonly string[], shell: string): string {
  return words.map(shellKind(shell) === 'posix' ? forPosix : forWindows).join(' ');
}

function forPosix(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : posixQuoted(word);
}

/** Its shells read more signs than can be quoted for certain. */
function forWindows(word: string): string {
  if (/^[\w@+:./\\-]+$/.test(word)) return word;
  if (/^[\w@+=:,./\\{}[\]() -]+$/.test(word)) return `"${word}"`;
  throw new MagusError(
    'tool-input',
    `${word.slice(0, 200)} cannot be handed to a Windows shell as it is. Use a simpler name.`,
    {
      code: 'UNQUOTABLE',
    },
  );
}
