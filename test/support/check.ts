import { spawn } from 'node:child_process';

/** Everything that can be known without starting a server: format, lint, sizes, types, unused code, architecture, unit tests. */
const checks: readonly (readonly [string, readonly string[]])[] = [
  ['biome', ['ci', '--colors=off', '--error-on-warnings', '.']],
  ['tsc', ['--noEmit']],
  ['oxlint', ['--type-aware', 'src', 'test']],
  ['knip', []],
  ['mocha', ['--config', 'test/mocha.json', '--reporter', 'dot', 'test/{unit,architecture}/**/*.test.ts']],
];

const results = await Promise.all(checks.map(([command, args]) => check(command, args)));
for (const { command, passed, seconds, output } of results) {
  console.log(`${passed ? '✓' : '✗'} ${command} (${seconds.toFixed(1)} s)`);
  if (!passed) console.log(output);
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;

async function check(command: string, args: readonly string[]) {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const passed = await new Promise<boolean>((resolve) => {
    child.on('close', (code) => resolve(code === 0));
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      resolve(false);
    });
  });
  return { command, passed, seconds: (performance.now() - started) / 1000, output: Buffer.concat(chunks).toString() };
}
