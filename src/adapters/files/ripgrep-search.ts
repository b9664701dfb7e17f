import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';
import { linesOf } from '../../core/lines-of.ts';
import type { SearchHit, SearchQuery, TextSearch } from '../../core/search-port.ts';
import { matchGlob } from './match-glob.ts';
import { hitsFromLines } from './ripgrep-lines.ts';
import { walkSearch } from './walk-search.ts';

/** A line of a file of 20 MB as JSON, in which every character may be escaped. */
const longestOutputLine = 120_000_000;

/** Searches with the first ripgrep that is there (candidates, then PATH), else by walking the folder in this process. */
export function textSearch(candidates: readonly string[]): TextSearch {
  let found: Promise<string | undefined> | undefined;
  return {
    async search(query, signal) {
      signal.throwIfAborted();
      found ??= firstExecutable([...candidates, ...onPath()]);
      const program = await found;
      return program === undefined ? walkSearch(query, signal) : ripgrep(program, query, signal);
    },
  };
}

function onPath(): string[] {
  const name = process.platform === 'win32' ? 'rg.exe' : 'rg';
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name));
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return path;
  }
  return undefined;
}

async function ripgrep(program: string, query: SearchQuery, signal: AbortSignal): ReturnType<TextSearch['search']> {
  const child = spawn(program, argumentsFor(query), {
    cwd: query.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < 2000) complaint += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Awaited below; without this a failing start would count as unhandled while the lines are read.
  ended.catch(() => undefined);
  try {
    const hits: SearchHit[] = [];
    for await (const hit of hitsFromLines(query.folder, linesOf(child.stdout, longestOutputLine))) {
      if (!isWanted(query, hit.path)) continue;
      if (hits.length === query.limit) return { hits, more: true };
      hits.push(hit);
    }
    const exitCode = await ended;
    signal.throwIfAborted();
    // 2 with hits: some files could not be read, which does not spoil the rest.
    if (exitCode === 2 && hits.length === 0 && complaint !== '') throw refused(complaint);
    return { hits, more: false };
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function argumentsFor(query: SearchQuery): string[] {
  const options = ['--json', '--no-config', '--hidden', '--no-require-git', '--sort=path', '--max-filesize=20M'];
  options.push(`--context=${query.context}`, '--glob=!.git', '--glob=!node_modules');
  if (!query.regex) options.push('--fixed-strings');
  // A `--glob` that includes would bring ignored files back; a type only narrows, but knows names alone.
  if (query.include !== undefined && /^[\w.*?-]+$/.test(query.include)) {
    options.push(`--type-add=wanted:${query.include}`, '--type=wanted');
  }
  return [...options, '--regexp', query.query, '--', '.'];
}

function isWanted(query: SearchQuery, path: string): boolean {
  const inside = path.slice(query.folder.length + 1).replaceAll('\\', '/');
  if (query.include !== undefined && !matchGlob(query.include)(inside)) return false;
  return query.exclude === undefined || !matchGlob(query.exclude)(inside);
}

function refused(complaint: string): MagusError {
  return new MagusError(
    'tool-input',
    `The search was refused: ${complaint.trim()} Mend the pattern, or search for plain text.`,
    { code: 'BAD_FORMAT' },
  );
}
