import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeFileSystem } from '../../src/adapters/files/node-file-system.ts';
import { systemHash } from '../../src/adapters/system/system.ts';
import { commandEffects } from '../../src/core/security/command-effects.ts';
import { decide } from '../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../src/core/security/policy.ts';
import { generateCommand } from '../security/fuzz/generate.ts';
import { seeded } from '../security/fuzz/random.ts';
import { makeWorld } from '../security/fuzz/workspace.ts';

/**
 * What one decision about a command costs over 10,000 generated ones: in time of this process's processors, and by the clock
 * from a line written to `openmagus policy --batch` to its answer read.
 */
const count = 10_000;
/** The first ones warm the machine. */
const warming = 500;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'policy-')));
const { workspace } = makeWorld(join(base, 'world'));
try {
  print('processors', await costsOfDeciding());
  print('round trips', await roundTrips());
} finally {
  rmSync(base, { recursive: true, force: true });
}

async function costsOfDeciding(): Promise<number[]> {
  const site = { files: nodeFileSystem(systemHash), cwd: workspace, cwdZone: 'workspace' as const, roots: [workspace] };
  return timed(async (command) => {
    const before = process.cpuUsage();
    decide(await commandEffects(command, site), noTaint, { ...strictPolicy, trusted: true });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
}

async function roundTrips(): Promise<number[]> {
  const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
  const child = spawn(process.execPath, [cli, 'policy', '--batch'], {
    cwd: workspace,
    env: { ...process.env, OPENMAGUS_HOME: join(base, 'home') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const costs = await timed(async (command) => {
    const began = performance.now();
    child.stdin.write(`${JSON.stringify({ command })}\n`);
    await lines.next();
    return performance.now() - began;
  });
  child.stdin.end();
  await once(child, 'close');
  return costs;
}

async function timed(cost: (command: string) => Promise<number>): Promise<number[]> {
  const random = seeded(1);
  const costs: number[] = [];
  for (let made = 0; made < warming + count; made++) {
    const spent = await cost(generateCommand(random));
    if (made >= warming) costs.push(spent);
  }
  return costs.sort((left, right) => left - right);
}

function print(what: string, costs: readonly number[]): void {
  const at = (share: number): string => (costs[Math.floor(costs.length * share)] ?? 0).toFixed(2);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(0.9999)} ms`);
}
