import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { packageExtension, projectFolder } from '../support/extension-package.ts';
import { type ScriptedReply, startScriptedModel } from '../support/scripted-model.ts';
import { startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { median } from './median.ts';
import type { Block, Memory, Watched } from './probe.ts';
import { openProbeDesk, type ProbeDesk, type ProbedWindow } from './probed-window.ts';

// What the packaged extension costs a real VS Code: sizes, activation, memory of an idle extension host with and without
// it, and how long a busy task holds the extension host's event loop.
// Usage: node test/bench/vscode.ts [--windows 10] [--rounds 5] [--profile FILE] [--only sizes,activation,memory,loop]

const { values } = parseArgs({
  options: {
    windows: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    profile: { type: 'string' },
    only: { type: 'string', default: 'sizes,activation,memory,loop' },
  },
});
const wanted = values.only.split(',');
const load = (): string => (loadavg()[0] ?? 0).toFixed(1);
console.log(`Load of the machine: ${load()}`);
const vsix = await packageExtension();
if (wanted.includes('sizes')) await printSizes();
if (wanted.some((name) => name !== 'sizes')) await inVscode();
console.log(`Load of the machine: ${load()}`);

async function printSizes(): Promise<void> {
  const kilobytes = async (...files: readonly string[]): Promise<string> => {
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    return `${(sizes.reduce((sum, size) => sum + size, 0) / 1000).toFixed(0)} KB`;
  };
  const dist = path.join(projectFolder, 'dist');
  const chat = path.join(dist, 'webview', 'chat.js');
  const script = await readFile(chat, 'utf8');
  const shared = [...script.matchAll(/(?:import|from)\s*"\.\/([^"]+)"/g)].map((found) => found[1] ?? '');
  const first = [chat, ...shared.map((name) => path.join(dist, 'webview', name))];
  console.log(`entry bundle: ${await kilobytes(path.join(dist, 'extension.js'))}`);
  console.log(`first load of the view: ${await kilobytes(...first, path.join(projectFolder, 'media', 'chat.css'))}`);
  console.log(`.vsix: ${await kilobytes(vsix)}`);
}

async function inVscode(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'openmagus-bench-'));
  const project = path.join(folder, 'project');
  await mkdir(project);
  const desk = await openProbeDesk(folder);
  const browser = await launchBrowser();
  const env = { OPENMAGUS_HOME: path.join(folder, 'data'), OPENMAGUS_PROBE: desk.socket };
  const withUs = await startVscodeServer({ vsix, env });
  const without = await startVscodeServer({ env });
  const open = (server: VscodeServer): Promise<ProbedWindow> => desk.open(browser, server, project);
  try {
    if (wanted.includes('activation')) await printActivation(() => open(withUs));
    if (wanted.includes('memory'))
      await printMemory(
        () => open(without),
        () => open(withUs),
      );
    if (wanted.includes('loop')) await printLoop(browser, desk, project, env);
  } finally {
    await browser.close();
    await withUs.stop();
    await without.stop();
    desk.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * As VS Code itself says it in "Show Running Extensions": loading the code and the call of `activate`. VS Code's own Git
 * extension in the same windows tells how busy the machine was.
 */
async function printActivation(open: () => Promise<ProbedWindow>): Promise<void> {
  const times: Record<'OpenMagus' | 'Git', number[]> = { OpenMagus: [], Git: [] };
  for (let window = 0; window < Number(values.windows); window += 1) {
    const { workbench, close } = await open();
    await workbench.runCommand('Show Running Extensions');
    const rows = workbench.page.locator('.runtime-extensions-editor .extension');
    for (const [name, found] of Object.entries(times)) {
      const title = workbench.page.locator('.name', { hasText: new RegExp(`^${name}$`) });
      const told = rows.filter({ has: title }).locator('.activation-time', { hasText: /Activation: \d+/ });
      found.push(Number(/(\d+)\s*ms/.exec((await told.first().textContent()) ?? '')?.[1] ?? Number.NaN));
    }
    await close();
  }
  for (const [name, found] of Object.entries(times))
    console.log(`activation of ${name}: median ${median(found)} ms of ${found.length} windows (${found.join(', ')})`);
  console.log(`OpenMagus : Git ${(median(times.OpenMagus) / median(times.Git)).toFixed(2)}`);
}

/** Windows without and with the extension in turn, each after a rest. */
async function printMemory(without: () => Promise<ProbedWindow>, withUs: () => Promise<ProbedWindow>): Promise<void> {
  const measure = async (open: () => Promise<ProbedWindow>, active: boolean): Promise<Memory> => {
    const { ask, close } = await open();
    await sleep(8000);
    const memory = await ask('memory');
    await close();
    if (memory.active !== active) throw new Error(`OpenMagus is ${active ? 'not ' : ''}active.`);
    return memory;
  };
  const pairs: (readonly [Memory, Memory])[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1)
    pairs.push([await measure(without, false), await measure(withUs, true)]);
  const kinds = { 'as it stands': 'asItStandsMb', 'after a collection': 'residentMb', heap: 'heapMb' } as const;
  for (const [name, key] of Object.entries(kinds)) {
    const bare = median(pairs.map(([one]) => one[key]));
    const ours = median(pairs.map(([, other]) => other[key]));
    const added = pairs.map(([one, other]) => other[key] - one[key]);
    const figures = `${bare.toFixed(1)} MB without, ${ours.toFixed(1)} MB with (${(ours / bare).toFixed(3)})`;
    const all = added.map((each) => each.toFixed(1)).join(', ');
    console.log(`idle extension host, ${name}: ${figures}; adds ${median(added).toFixed(1)} MB (${all})`);
  }
}

/** The chat view is open; 2,000 pieces of text and 5 MB of output come as fast as they can. */
async function printLoop(
  browser: Browser,
  desk: ProbeDesk,
  project: string,
  env: Record<string, string>,
): Promise<void> {
  const model = await startScriptedModel(({ messages }): ScriptedReply => {
    if (messages.some(({ role }) => role === 'tool')) return { text: 'Done.' };
    const command = `seq 100000 900000 | head -c 5000000`;
    return { text: 'Twelve signs'.repeat(2000), calls: [{ name: 'run_command', args: { command } }] };
  });
  const settings = {
    'openmagus.models': { baseURL: model.url, model: 'scripted' },
    'openmagus.approvals': 'auto',
  };
  const server = await startVscodeServer({ vsix, env, settings });
  try {
    const { workbench, ask, close } = await desk.open(browser, server, project);
    await workbench.openChat();
    await sleep(5000);
    const bare = await ask('watchFetch', model.url);
    console.log(`VS Code's own, at the first request of a window: ${blocksOf(bare)}`);
    const tasks: Watched[] = [];
    for (let round = 0; round <= Number(values.rounds); round += 1) {
      const busy = await ask(
        'watchTask',
        'Print a lot.',
        values.profile === undefined ? null : `${values.profile}.${round}.cpuprofile`,
      );
      if (round > 0) tasks.push(busy);
      const idle = await ask('watchIdle', busy.ms);
      const name = round === 0 ? 'first task of a window' : `task ${round}`;
      console.log(
        `${name}: ${busy.status}, ${(busy.ms / 1000).toFixed(2)} s; longest blocks: ${blocksOf(busy)}; idle: ${blocksOf(idle)}`,
      );
    }
    const longest = (figure: (block: Block) => number): string =>
      median(tasks.map(({ blocks }) => Math.max(0, ...blocks.map(figure)))).toFixed(1);
    console.log(`longest block: median ${longest(({ ms }) => ms)} ms, own ${longest(({ ownMs }) => ownMs)} ms`);
    const { asItStandsMb, residentMb } = await ask('memory');
    console.log(
      `extension host after these: ${asItStandsMb.toFixed(1)} MB, after a collection ${residentMb.toFixed(1)} MB`,
    );
    await close();
  } finally {
    await server.stop();
    await model.close();
  }
}

function blocksOf({ blocks }: Watched): string {
  const shown = blocks
    .slice(0, 4)
    .map(({ ms, ownMs, atMs }) => `${ms.toFixed(1)} (own ${ownMs.toFixed(1)}) at ${atMs.toFixed(0)}`);
  return shown.length === 0 ? 'none over 4 ms' : `${shown.join(', ')} ms`;
}
