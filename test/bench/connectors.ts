import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { estimateTokens } from '../../src/core/models/estimate-tokens.ts';
import { taskRig } from '../integration/task/task-rig.ts';
import { shopApi } from '../support/shop-api.ts';
import { median } from './median.ts';

/** What 20 MCP servers and 3 APIs that a task does not use cost it: time to its first request, and tokens of that. */
const rounds = Number(process.argv[2] ?? 15);
const folder = await mkdtemp(path.join(tmpdir(), 'magus-bench-connectors-'));
const document = path.join(folder, 'shop.json');
await writeFile(document, JSON.stringify(shopApi('https://shop.example/v1')));

const without = await taskRig();
const withAll = await taskRig();
const servers = Object.fromEntries(
  Array.from({ length: 20 }, (_, at) => [`server${at}`, { command: 'npx', args: ['-y', `@example/server-${at}`] }]),
);
const apis = Object.fromEntries(['one', 'two', 'three'].map((name) => [name, { spec: document }]));
await withAll.write({ '.vscode/mcp.json': JSON.stringify({ servers }) });
const once = async (rig: typeof without): Promise<{ ms: number; tokens: number }> => {
  let reached = 0;
  rig.script(() => {
    reached ||= performance.now();
    return undefined;
  });
  const began = performance.now();
  await rig.run({ goal: 'Nothing.', mode: 'act' });
  return { ms: reached - began, tokens: estimateTokens(rig.model.requests.at(-1)?.raw ?? '') };
};
await once(without);
await once(withAll);
await writeFile(path.join(withAll.home, 'apis.json'), JSON.stringify(apis));
const times: { without: number[]; with: number[] } = { without: [], with: [] };
let tokens = [0, 0];
for (let round = 0; round < rounds; round++) {
  // Whoever comes second finds a warmer machine.
  const first = round % 2 === 0 ? await once(without) : await once(withAll);
  const second = round % 2 === 0 ? await once(withAll) : await once(without);
  const [plain, full] = round % 2 === 0 ? [first, second] : [second, first];
  times.without.push(plain.ms);
  times.with.push(full.ms);
  tokens = [plain.tokens, full.tokens];
}
console.log(
  `to the first request, median of ${rounds}: ${median(times.without).toFixed(1)} ms without, ${median(times.with).toFixed(1)} ms with 20 MCP servers and 3 APIs`,
);
console.log(`tokens of the first request: ${tokens[0]} without, ${tokens[1]} with`);
await without.remove();
await withAll.remove();
await rm(folder, { recursive: true });
