import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs suites one after the other and ends with one line, "N passed, N failed". Without words: everything that needs no
 * outside server. `npm test -- unit ui` runs those named. A suite that runs fewer tests than it must have has failed.
 */
interface Suite {
  readonly command: string;
  readonly words: readonly string[];
  readonly least: number;
}

/** Where nothing confines commands, the tests of that are skipped; a machine that checks everything has it. */
const programs = (process.env['PATH'] ?? '').split(path.delimiter);
const checksAll = process.env['CI'] !== undefined;
const confines = checksAll || programs.some((folder) => existsSync(path.join(folder, 'bwrap')));

const suites: Readonly<Record<string, Suite>> = {
  unit: mocha('test/{unit,architecture}/**/*.test.ts', 920),
  contract: mocha('test/contract/**/*.test.ts', 100),
  integration: sideBySide(mocha('test/integration/**/*.test.ts', checksAll ? 740 : 650)),
  security: sideBySide(mocha('test/security/**/*.test.ts', confines ? 130 : 75, 60_000)),
  chaos: sideBySide(mocha('test/chaos/**/*.test.ts', checksAll ? 23 : 14)),
  vscode: { command: 'node', words: ['test/vscode/run.ts'], least: 75 },
  ui: mocha('test/ui/**/*.test.ts', 68, 120_000),
};
/** They need servers, which they bring and start themselves; not part of the ordinary run. */
const withServers: Readonly<Record<string, Suite>> = {
  services: mocha('test/services/**/*.test.ts', 95),
};

let passed = 0;
let failed = 0;
/** Told at the very end: the output of most suites is far up by then. */
const faults: string[] = [];
const known = { ...suites, ...withServers };
const named = process.argv.slice(2);
await run('node', ['esbuild.js']);
process.env['OPENMAGUS_BUILT'] = 'yes';
for (const name of named.length > 0 ? named : Object.keys(suites)) {
  const suite = known[name];
  if (suite === undefined) {
    fault(`There is no suite ${name}. There are: ${Object.keys(known).join(', ')}.`);
  } else await runSuite(name, suite);
}
if (faults.length > 0) console.log(`\n== what failed\n${faults.join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function runSuite(name: string, suite: Suite): Promise<void> {
  console.log(`\n== ${name}`);
  const began = performance.now();
  const { text, code } = await run(suite.command, suite.words);
  const passing = last(text, /^\s*(\d+) passing/gm);
  const failing = last(text, /^\s*(\d+) failing/gm);
  passed += passing;
  if (failing > 0)
    fault(`${name}:\n${text.slice([...text.matchAll(/^\s*\d+ failing/gm)].at(-1)?.index).trim()}`, failing);
  else if (code !== 0) fault(`${name} ended with exit code ${code}.`);
  if (passing + failing < suite.least) fault(`${name} ran ${passing + failing} tests; it has at least ${suite.least}.`);
  console.log(`== ${name}: ${passing} passed, ${failing} failed, ${Math.round((performance.now() - began) / 1000)} s`);
}

function fault(text: string, count = 1): void {
  failed += count;
  faults.push(text);
}

function mocha(files: string, least: number, patience = 20_000): Suite {
  return { command: 'mocha', words: ['--config', 'test/mocha.json', '--timeout', String(patience), files], least };
}

/** Files that mostly wait for processes of their own are run three at a time. */
function sideBySide({ words, ...suite }: Suite): Suite {
  return { ...suite, words: ['--parallel', '--jobs', '3', ...words] };
}

/** The total of a suite comes last: one that starts others prints theirs before it. */
function last(text: string, count: RegExp): number {
  return Number([...text.matchAll(count)].at(-1)?.[1] ?? 0);
}

async function run(command: string, words: readonly string[]): Promise<{ text: string; code: number | null }> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'], shell: process.platform === 'win32' });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    process.stdout.write(chunk);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
  return { text: Buffer.concat(chunks).toString(), code };
}
