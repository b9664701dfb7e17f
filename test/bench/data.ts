import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { processData } from '../../src/adapters/data/process-data.ts';
import { scratchFolders } from '../../src/adapters/system/scratch-folders.ts';
import { sealAuthorized } from '../../src/core/security/authorized.ts';
import { buildExtension, projectFolder } from '../support/extension-package.ts';
import { median } from './median.ts';
import { dataPackage } from './peers.ts';

/** A million rows grouped, beside others in one run, and how much memory a gigabyte takes. */
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, gigabytes: { type: 'string', default: '1' } },
});
const groupBy = 'SELECT region, count(*) AS c, sum(quantity * price) AS s FROM rows GROUP BY region';
type Groups = readonly (readonly unknown[])[];
interface Run {
  readonly seconds: number;
  /** Highest resident memory of the process that does the work. */
  readonly megabytes: number;
  readonly groups: Groups;
}

await buildExtension();
const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'magus-bench-')));
try {
  const million = path.join(folder, 'rows.csv');
  await writeRows(million, (rows) => rows >= 1_000_000);
  const packages = { papaparse: await dataPackage('papaparse'), duckdb: await dataPackage('@duckdb/node-api') };
  await mkdir(path.join(folder, 'home'));
  await symlink(path.resolve(packages.duckdb, '../../..'), path.join(folder, 'home', 'packages'));
  const ways: Readonly<Record<string, () => Promise<Run>>> = {
    'openmagus, in one pass': () => ours(million, groupBy),
    'openmagus, by SQLite': () =>
      ours(million, `WITH t AS (SELECT * FROM rows) ${groupBy.replace('FROM rows', 'FROM t')}`),
    'openmagus, by DuckDB': () => ours(million, groupBy, 'duckdb'),
    'node:sqlite, imported by a script': () => contender('sqlite', million, ''),
    papaparse: () => contender('papaparse', million, packages.papaparse),
    'DuckDB, its own reader': () => contender('duckdb', million, packages.duckdb),
  };
  const results = new Map<string, Run[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round += 1)
    for (const [name, run] of Object.entries(ways)) results.get(name)?.push(await run());
  const idle = await peakWhile(
    ended(spawn(process.execPath, ['-e', 'setTimeout(() => {}, 300)'], { stdio: 'ignore' })),
  );
  const { size } = await stat(million);
  console.log(`1,000,000 rows, ${Math.round(size / 1e6)} MB; an idle Node has ${idle.toFixed(0)} MB\n`);
  console.log(
    '| | seconds (least–greatest) | memory (MB) | beyond an idle Node | of the first |\n|---|---|---|---|---|',
  );
  const first = median((results.get('openmagus, in one pass') ?? []).map(({ seconds }) => seconds));
  for (const [name, runs] of results) {
    for (const { groups } of runs) assertSame(groups, results.get('openmagus, in one pass')?.[0]?.groups ?? []);
    const seconds = runs.map((run) => run.seconds).sort((a, b) => a - b);
    const memory = median(runs.map(({ megabytes }) => megabytes));
    const spread = `${seconds[0]?.toFixed(2)}–${seconds.at(-1)?.toFixed(2)}`;
    console.log(
      `| ${name} | ${median(seconds).toFixed(2)} (${spread}) | ${memory.toFixed(0)} | ${(memory - idle).toFixed(0)} | ${(median(seconds) / first).toFixed(2)} |`,
    );
  }
  await bigOne(path.join(folder, 'big.csv'), Number(options.gigabytes), idle);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bigOne(file: string, gigabytes: number, idle: number): Promise<void> {
  if (gigabytes === 0) return;
  await writeRows(file, (_rows, bytes) => bytes >= gigabytes * 1e9);
  const { size } = await stat(file);
  for (const [name, sql] of [
    ['grouped in one pass', groupBy.replace('FROM rows', 'FROM big')],
    [
      'ranked by SQLite',
      'SELECT region, price, rank() OVER (PARTITION BY region ORDER BY price DESC) AS r FROM big LIMIT 3',
    ],
  ] as const) {
    const { seconds, megabytes } = await ours(file, sql);
    console.log(
      `\n${(size / 1e9).toFixed(2)} GB ${name}: ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB, ${(megabytes - idle).toFixed(0)} beyond an idle Node`,
    );
  }
}

/** As a tool asks it: the process starts, reads, answers and ends. */
async function ours(file: string, sql: string, engine: 'auto' | 'duckdb' = 'auto'): Promise<Run> {
  const home = path.join(folder, 'home');
  const data = processData(
    path.join(projectFolder, 'dist', 'data-process.js'),
    home,
    scratchFolders(path.join(home, 'scratch')),
  );
  const authorized = sealAuthorized([{ verb: 'read', object: file, zone: 'workspace' }], 'bench');
  const call = { authorized, taskId: 'bench', callId: 'bench', onProgress: () => undefined };
  const query = { sources: [{ path: file, shown: file }], sql, limit: 100, timeoutMs: 600_000, engine } as const;
  const began = performance.now();
  const asked = data.query(call, query, new AbortController().signal);
  const megabytes = await peakWhile(asked);
  return { seconds: (performance.now() - began) / 1000, megabytes, groups: (await asked).rows };
}

async function contender(name: string, file: string, packageFolder: string): Promise<Run> {
  const words = [path.join(import.meta.dirname, 'data-contender.ts'), name, file, packageFolder];
  const began = performance.now();
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const megabytes = await peakWhile(ended(child));
  return { seconds: (performance.now() - began) / 1000, megabytes, groups: JSON.parse(out) as Groups };
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
}

/** The highest resident memory, in MB, of any process that this one has while something goes on. */
async function peakWhile(work: Promise<unknown>): Promise<number> {
  let over = false;
  const settled = work.finally(() => {
    over = true;
  });
  settled.catch(() => undefined);
  let highest = 0;
  while (!over) {
    for (const pid of children()) highest = Math.max(highest, peakOf(pid));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await settled;
  return highest;
}

function children(): readonly string[] {
  return textOf(`/proc/${process.pid}/task/${process.pid}/children`).split(' ').filter(Boolean);
}

function peakOf(pid: string): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

/** Empty where the process has ended by now. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function writeRows(file: string, enough: (rows: number, bytes: number) => boolean): Promise<void> {
  const out = createWriteStream(file);
  const regions = ['north', 'south', 'east', 'west', 'centre', 'isles', 'hills'];
  let text = 'id,date,region,product,quantity,price\n';
  let bytes = 0;
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let row = 0; !enough(row, bytes); row += 1) {
    const date = `2024-${String(1 + random(12)).padStart(2, '0')}-${String(1 + random(28)).padStart(2, '0')}`;
    text += `${row},${date},${regions[random(7)]},product ${random(500)},${1 + random(20)},${(random(10_000) / 100).toFixed(2)}\n`;
    if (text.length < 1_000_000) continue;
    bytes += text.length;
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
    text = '';
  }
  await new Promise<void>((resolve) => out.end(text, () => resolve()));
}

function assertSame(one: Groups, other: Groups): void {
  const sorted = (groups: Groups): unknown =>
    groups.map(([name, count, sum]) => `${name} ${count} ${Number(sum).toPrecision(10)}`).sort();
  assert.equal(one.length, 7);
  assert.deepEqual(sorted(one), sorted(other));
}
