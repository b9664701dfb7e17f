import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../src/adapters/files/node-file-system.ts';
import { systemHash } from '../../src/adapters/system/system.ts';
import { commandEffects } from '../../src/core/security/command-effects.ts';
import { decide } from '../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../src/core/security/policy.ts';
import { generateCommand } from '../security/fuzz/generate.ts';
import { seeded } from '../security/fuzz/random.ts';
import { makeWorld } from '../security/fuzz/workspace.ts';

/** What one decision about a command costs in time of this process's processors, in milliseconds, over 10,000 generated ones. */
const base = realpathSync(mkdtempSync(join(tmpdir(), 'policy-')));
const { workspace } = makeWorld(join(base, 'world'));
const site = { files: nodeFileSystem(systemHash), cwd: workspace, cwdZone: 'workspace' as const, roots: [workspace] };
const random = seeded(1);
const costs: number[] = [];
for (let made = 0; made < 10_500; made++) {
  const command = generateCommand(random);
  const before = process.cpuUsage();
  decide(await commandEffects(command, site), noTaint, { ...strictPolicy, trusted: true });
  const { user, system } = process.cpuUsage(before);
  // The first ones warm the machine.
  if (made >= 500) costs.push((user + system) / 1000);
}
costs.sort((left, right) => left - right);
const at = (share: number): string => (costs[Math.floor(costs.length * share)] ?? 0).toFixed(2);
console.log(`p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(0.9999)} ms`);
rmSync(base, { recursive: true, force: true });
