import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../../src/adapters/files/node-file-system.ts';
import { systemHash } from '../../../src/adapters/system/system.ts';
import { commandEffects } from '../../../src/core/security/command-effects.ts';
import { decide } from '../../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../../src/core/security/policy.ts';
import { generateCommand } from './generate.ts';
import { seeded } from './random.ts';
import { foulsOf } from './run-commands.ts';
import { makeWorld } from './workspace.ts';

export interface FuzzResult {
  readonly generated: number;
  /** Of these, so many were decided as reading only and were run; the same words run once. */
  readonly allowed: number;
  readonly fouls: readonly string[];
}

/** Decides so many generated commands and runs those that need no question, in batches, to see what they really do. */
export async function fuzzCommands(count: number, seed: number): Promise<FuzzResult> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'fuzz-')));
  const world = join(base, 'world');
  try {
    const { workspace } = makeWorld(world);
    const random = seeded(seed);
    const allowed = new Set<string>();
    for (let made = 0; made < count; made++) {
      const command = generateCommand(random);
      if (!allowed.has(command) && (await isAllowed(command, workspace))) allowed.add(command);
    }
    const fouls: string[] = [];
    const left = [...allowed];
    while (left.length > 0) fouls.push(...(await foulsOf(world, left.splice(0, 400))));
    return { generated: count, allowed: allowed.size, fouls };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

const files = nodeFileSystem(systemHash);

async function isAllowed(command: string, workspace: string): Promise<boolean> {
  if (command.trim() === '' || command.includes('\0')) return false;
  const site = { files, cwd: workspace, cwdZone: 'workspace' as const, roots: [workspace] };
  const effects = await commandEffects(command, site);
  return decide(effects, noTaint, { ...strictPolicy, trusted: true }).decision === 'allow';
}
