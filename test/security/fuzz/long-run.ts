import { spawn } from 'node:child_process';

/** `npm run fuzz [count] [seed]`: the tests of `fuzz.test.ts` and `races.test.ts` with many more cases than in the suite. */
const [count = '150000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
console.log(`${count} cases, seed ${seed}`);
const env = { ...process.env, OPENMAGUS_FUZZ: count, OPENMAGUS_SEED: seed, OPENMAGUS_RACES: '10000' };
const files = ['test/security/fuzz.test.ts', 'test/security/races.test.ts'];
spawn('mocha', ['--config', 'test/mocha.json', ...files], { env, stdio: 'inherit' }).on('close', (code) => {
  process.exitCode = code ?? 1;
});
