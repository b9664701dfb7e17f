import { spawn } from 'node:child_process';

/** The suites that need no outside server, in order of their speed. Each says how many tests it must at least have. */
const suites: readonly { readonly name: string; readonly files: string; readonly least: number }[] = [
  { name: 'unit', files: 'test/{unit,architecture}/**/*.test.ts', least: 150 },
  { name: 'contract', files: 'test/contract/**/*.test.ts', least: 10 },
  { name: 'services', files: 'test/services/**/*.test.ts', least: 35 },
  { name: 'integration', files: 'test/integration/**/*.test.ts', least: 60 },
  { name: 'chaos', files: 'test/chaos/**/*.test.ts', least: 3 },
];

let passed = 0;
let failed = 0;
await run('node', ['esbuild.js']);
for (const suite of suites) {
  console.log(`\n== ${suite.name}`);
  const { text, code } = await run('mocha', ['--config', 'test/mocha.json', suite.files]);
  const passing = Number(/^\s*(\d+) passing/m.exec(text)?.[1] ?? 0);
  const failing = Number(/^\s*(\d+) failing/m.exec(text)?.[1] ?? 0);
  passed += passing;
  failed += failing;
  if (code !== 0 && failing === 0) failed += 1;
  if (passing + failing < suite.least) {
    console.log(`${suite.name} ran ${passing + failing} tests; it has at least ${suite.least}.`);
    failed += 1;
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function run(command: string, args: readonly string[]): Promise<{ text: string; code: number | null }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
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
