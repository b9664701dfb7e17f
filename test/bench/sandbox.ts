import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childCommands } from '../../src/adapters/process/child-commands.ts';
import { sandboxRuntime } from '../../src/adapters/sandbox/sandbox-runtime.ts';
import { sealAuthorized } from '../../src/core/security/authorized.ts';
import { median } from './median.ts';

/** What the sandbox costs: one command after the other with and without it, in turns, in one run. */
const runs = Number(process.argv[2] ?? 40);
const folder = await realpath(await mkdtemp(join(tmpdir(), 'sandbox-bench-')));
const began = performance.now();
const sandbox = sandboxRuntime({ home: join(folder, 'home'), ownData: join(folder, 'own'), allowedHosts: () => [] });
const missing = await sandbox.missing();
if (missing !== undefined) throw new Error(missing);
const start = performance.now() - began;
const commands = childCommands({ folder: join(folder, 'output'), now: Date.now, sandbox });
const never = new AbortController().signal;
let count = 0;

async function once(command: string, confined: boolean): Promise<number> {
  count += 1;
  const effect = { verb: 'run', object: `${folder}$ ${command}`, zone: 'workspace' } as const;
  const authorized = sealAuthorized([confined ? { ...effect, confined: true } : effect], 'h');
  const from = performance.now();
  const commandId = `c${count}`;
  await commands.start(
    authorized,
    { command, cwd: folder, env: {}, commandId, taskId: 't', roots: [folder] },
    () => {},
  );
  await commands.wait(commandId, 60_000, never);
  return performance.now() - from;
}

console.log(`start: ${start.toFixed(0)} ms, once`);
for (const command of ['true', 'node -e 1']) {
  const times = { free: [] as number[], confined: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    times.free.push(await once(command, false));
    times.confined.push(await once(command, true));
  }
  const [free, confined] = [median(times.free), median(times.confined)];
  console.log(
    `${command}: p50 ${free.toFixed(0)} ms without, ${confined.toFixed(0)} ms with the sandbox (+${(confined - free).toFixed(0)} ms)`,
  );
}
await commands.endAll();
await sandbox.close();
await rm(folder, { recursive: true, force: true });
