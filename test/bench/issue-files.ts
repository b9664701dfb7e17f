import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { textSearch } from '../../src/adapters/files/ripgrep-search.ts';
import { usualLimits } from '../../src/adapters/sqlite/workspace-index/index-protocol.ts';
import { type SqliteIndex, sqliteIndex } from '../../src/adapters/sqlite/workspace-index/sqlite-index.ts';
import { searchForWords } from '../../src/core/search/search-for-words.ts';

/** A commit that mends what an issue reports, and the one source file that it changes. */
interface Pair {
  readonly repository: string;
  readonly commit: string;
  readonly file: string;
}

/** Weights were chosen with the other projects; these say whether they hold elsewhere. */
const unseen = new Set([
  'psf/requests',
  'axios/axios',
  'vuejs/core',
  'google/gson',
  'sphinx-doc/sphinx',
  'BurntSushi/ripgrep',
]);
const cuts = [1, 3, 5, 20];
const signal = new AbortController().signal;
const run = promisify(execFile);

type Finder = (text: string) => Promise<readonly string[]>;
type Row = { readonly name: string; pairs: number; readonly hits: number[] };

/**
 * How often the file that a commit changes is among the first found for the commit's own words, in the tree before it.
 * `histories` holds git repositories as `owner/name`, with or without a work tree; those that are not there are left out.
 */
export async function printIssueFiles(histories: string): Promise<void> {
  const pairs = JSON.parse(await readFile(new URL('issue-files.json', import.meta.url), 'utf8')) as Pair[];
  const rows = new Map<string, Row>();
  const note = (name: string, found: readonly string[], file: string): void => {
    const row = rows.get(name) ?? { name, pairs: 0, hits: cuts.map(() => 0) };
    rows.set(name, row);
    row.pairs += 1;
    const at = found.indexOf(file);
    for (const [index, cut] of cuts.entries()) if (at >= 0 && at < cut) row.hits[index] = (row.hits[index] ?? 0) + 1;
  };
  for (const repository of new Set(pairs.map((pair) => pair.repository))) {
    const own = pairs.filter((pair) => pair.repository === repository);
    await withTrees(path.join(histories, repository), own, async (pair, message, find, plain) => {
      const group = unseen.has(repository) ? 'unseen projects' : 'projects it was tuned with';
      const found = await find(message);
      note('message', found, pair.file);
      note(`… ${group}`, found, pair.file);
      note(`… ${repository}`, found, pair.file);
      note('first line alone', await find(message.split('\n', 1)[0] ?? ''), pair.file);
      note('ripgrep for its six longest words', await plain(message), pair.file);
    });
  }
  console.log('\n| query | pairs | @1 | @3 | @5 | @20 |\n|---|---|---|---|---|---|');
  for (const { name, pairs: count, hits } of rows.values())
    console.log(`| ${name} | ${count} | ${hits.map((hit) => ((100 * hit) / count).toFixed(1)).join(' | ')} |`);
}

type Examine = (pair: Pair, message: string, find: Finder, plain: Finder) => Promise<void>;

/** One folder and one index go from commit to commit: only what differs is written and read. */
async function withTrees(history: string, pairs: readonly Pair[], examine: Examine): Promise<void> {
  const base = await mkdtemp(path.join(tmpdir(), 'openmagus-issues-'));
  const tree = path.join(base, 'tree');
  await mkdir(tree);
  const environment = { ...process.env, GIT_INDEX_FILE: path.join(base, 'staged'), GIT_OPTIONAL_LOCKS: '0' };
  const git = async (...words: readonly string[]): Promise<string> => {
    const place = await gitFolder(history);
    const options = { env: environment, maxBuffer: 64 * 1024 * 1024 };
    return (await run('git', [`--git-dir=${place}`, `--work-tree=${tree}`, ...words], options)).stdout;
  };
  const index = openIndex(path.join(base, 'index'));
  const search = textSearch([]);
  try {
    for (const pair of pairs) {
      const message = await git('show', '--no-patch', '--format=%B', pair.commit).catch(() => undefined);
      if (message === undefined) continue;
      await git('read-tree', '--reset', '-u', `${pair.commit}^`);
      await index.refresh([tree], signal);
      const find: Finder = async (text) => {
        const { files } = await index.search({ folders: [tree], text, limit: 20 }, signal);
        return files.map((file) => file.path);
      };
      const plain: Finder = async (text) => {
        const found = await searchForWords(search, { folders: [tree], text }, signal);
        return found.map((file) => path.relative(tree, file.path));
      };
      await examine(pair, withoutReferences(message), find, plain);
    }
  } finally {
    await index.close();
    await rm(base, { recursive: true, force: true });
  }
}

function openIndex(home: string): SqliteIndex {
  const workerUrl = new URL('../../src/index-worker.ts', import.meta.url);
  return sqliteIndex({ home, limits: usualLimits, powerSupply: '', workerUrl, onState: () => {} });
}

async function gitFolder(history: string): Promise<string> {
  const { stdout } = await run('git', ['-C', history, 'rev-parse', '--absolute-git-dir']);
  return stdout.trim();
}

/** Numbers, addresses and signatures say nothing about files. */
function withoutReferences(message: string): string {
  const lines = message
    .split('\n')
    .filter((line) => !/^\s*(co-authored-by|signed-off-by|reviewed-by|pr-url)\b/i.test(line));
  return lines
    .join('\n')
    .replaceAll(/https?:\/\/\S+|\(?(?:gh-|#)\d+\)?/gi, '')
    .trim();
}
