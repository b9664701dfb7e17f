import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { textSearch } from '../../src/adapters/files/ripgrep-search.ts';
import { usualLimits } from '../../src/adapters/sqlite/workspace-index/index-protocol.ts';
import { sqliteIndex } from '../../src/adapters/sqlite/workspace-index/sqlite-index.ts';
import { isIndexable } from '../../src/core/search/indexable.ts';
import { searchForWords } from '../../src/core/search/search-for-words.ts';
import { printIssueFiles } from './issue-files.ts';
import { ownMs } from './own-ms.ts';

// The workspace index over the files of this project's own dependencies: how fast, how large, how much the main thread is
// held. With --histories DIR also: how often it finds the file that a mended issue was about.
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    queries: { type: 'string', default: '200' },
    histories: { type: 'string' },
  },
});
const signal = new AbortController().signal;

await printSpeed(Number(values.files), Number(values.queries));
if (values.histories !== undefined) await printIssueFiles(path.resolve(values.histories));

async function printSpeed(count: number, queries: number): Promise<void> {
  const base = await mkdtemp(path.join(tmpdir(), 'openmagus-bench-'));
  const root = path.join(base, 'work');
  const home = path.join(base, 'index');
  const workerUrl = new URL('../../src/index-worker.ts', import.meta.url);
  const index = sqliteIndex({ home, limits: usualLimits, powerSupply: '', workerUrl, onState: () => {} });
  try {
    const { names, bytes } = await fill(root, count);
    const questions = await questionsFrom(root, names, queries);
    const memoryBefore = process.memoryUsage.rss();
    const hold = watchHolds();
    const built = await timed(() => index.refresh([root], signal));
    const memory = process.memoryUsage.rss() - memoryBefore;
    const unchanged = await timed(() => index.refresh([root], signal));
    await appendFile(path.join(root, names[0] ?? ''), '\n// one more line\n');
    const changed = await timed(() => index.refresh([root], signal));
    const ask = (text: string): Promise<unknown> => index.search({ folders: [root], text, limit: 10 }, signal);
    for (const text of questions) await ask(text);
    const times = await timesOf(questions, ask);
    const held = hold.stop();
    const search = textSearch([]);
    const plain = await timesOf(questions.slice(0, 50), (text) =>
      searchForWords(search, { folders: [root], text }, signal),
    );
    const size = await sizeOf(home);
    const rows: readonly (readonly [string, string])[] = [
      ['files, text', `${names.length}, ${megabytes(bytes)}`],
      ['built', `${(built / 1000).toFixed(1)} s`],
      ['database', megabytes(size)],
      ['memory more, at its end', megabytes(memory)],
      ['brought up to date, nothing changed / one file', `${Math.round(unchanged)} / ${Math.round(changed)} ms`],
      [
        'longest hold of the main thread meanwhile / CPU time in one',
        `${held.ms.toFixed(1)} / ${held.ownMs.toFixed(1)} ms`,
      ],
      [`warm search, ${times.length} questions, p50 / p95 / longest`, percentiles(times)],
      ['ripgrep for the six longest words, p50 / p95 / longest', percentiles(plain)],
    ];
    for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`);
  } finally {
    await index.close();
    await rm(base, { recursive: true, force: true });
  }
}

/** Copies so many text files of this project and its dependencies into one folder. */
async function fill(
  root: string,
  count: number,
): Promise<{ readonly names: readonly string[]; readonly bytes: number }> {
  const project = path.resolve(import.meta.dirname, '..', '..');
  const names: string[] = [];
  let bytes = 0;
  for (const part of ['src', 'test', 'docs', 'node_modules']) {
    const found = await readdir(path.join(project, part), { recursive: true, withFileTypes: true });
    for (const entry of found) {
      if (names.length === count) return { names, bytes };
      const from = path.join(entry.parentPath, entry.name);
      // The walk would leave out `node_modules`.
      const name = path.relative(project, from).replaceAll('node_modules', 'packages');
      if (!entry.isFile() || !isIndexable(name)) continue;
      const { size } = await stat(from);
      if (size > usualLimits.fileBytes) continue;
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await copyFile(from, path.join(root, name));
      names.push(name);
      bytes += size;
    }
  }
  return { names, bytes };
}

/** Sentences out of comments, and every fourth time six of them together, as a pasted issue would be. */
async function questionsFrom(root: string, names: readonly string[], count: number): Promise<readonly string[]> {
  const sentences: string[] = [];
  for (let at = 0; sentences.length < count * 3 && at < names.length; at += 7) {
    const text = await readFile(path.join(root, names[at] ?? ''), 'utf8');
    const comment = text.match(/^\s*(?:\*|\/\/)\s+((?:[\w'`.-]+ ){7,}[\w'`.-]+)$/m)?.[1];
    if (comment !== undefined) sentences.push(comment);
  }
  const wanted = Math.min(count, Math.floor(sentences.length / 3));
  return Array.from({ length: wanted }, (_, n) =>
    n % 4 === 3 ? sentences.slice(n * 2, n * 2 + 6).join('\n') : (sentences[n * 3] ?? ''),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function timesOf(
  questions: readonly string[],
  ask: (text: string) => Promise<unknown>,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (const text of questions) times.push(await timed(() => ask(text)));
  return times;
}

function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
  return `${at(0.5)} / ${at(0.95)} / ${at(1)} ms`;
}

/** A timer that wants to fire every millisecond: what it is late by, something else held the loop, or the thread had to wait. */
function watchHolds(): { stop(): { readonly ms: number; readonly ownMs: number } } {
  let last = performance.now();
  let lastOwn = ownMs();
  const longest = { ms: 0, ownMs: 0 };
  const timer = setInterval(() => {
    const now = performance.now();
    const own = ownMs();
    longest.ms = Math.max(longest.ms, now - last);
    longest.ownMs = Math.max(longest.ownMs, own - lastOwn);
    last = now;
    lastOwn = own;
  }, 1);
  return {
    stop: () => {
      clearInterval(timer);
      return longest;
    },
  };
}

async function sizeOf(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(path.join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`;
}
