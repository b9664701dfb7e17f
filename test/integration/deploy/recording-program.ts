import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What a program answers to arguments that match, first match first; without an exit code it ends with 0; `hang`: it does not end. */
export type Answers = readonly (readonly [pattern: RegExp, said: string, code?: number | 'hang'])[];

/**
 * Puts a program shaped like the real one first on the PATH: it writes down its folder and every argument, and says what it is
 * told to, also when nobody listens any more. Answers may be changed by writing it again.
 */
export async function recordingProgram(bin: string, name: string, answers: Answers): Promise<void> {
  await mkdir(bin, { recursive: true });
  const cases = answers.map(
    ([pattern, said, code = 0]) =>
      `  if printf '%s' "$*" | grep -Eq -e ${quoted(pattern.source)}; then printf '%s\\n' ${quoted(said)}; ${code === 'hang' ? 'sleep 300' : `exit ${code}`}; fi`,
  );
  const script = `#!/bin/bash\ntrap '' PIPE\n{ printf '%s' "$PWD"; printf '\\t%s' "$@"; printf '\\n'; } >> ${quoted(recordOf(bin, name))}\n${cases.join('\n')}\nexit 0\n`;
  const file = path.join(bin, name);
  await writeFile(`${file}.new`, script);
  await chmod(`${file}.new`, 0o755);
  await rename(`${file}.new`, file);
}

/** Each run so far: its arguments, joined by blanks. */
export async function runsOf(bin: string, name: string): Promise<readonly string[]> {
  const text = await readFile(recordOf(bin, name), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t').slice(1).join(' '));
}

function recordOf(bin: string, name: string): string {
  return path.join(path.dirname(bin), `${name}.record`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
