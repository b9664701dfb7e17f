import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildExtension } from '../support/extension-package.ts';
import { agents, type Run, type SeenRequest } from './agents.ts';
import { moves } from './fifty-turns.ts';
import { median } from './median.ts';
import { peers, tokenCounter } from './peers.ts';

// Fifty scripted turns (17 reads, 17 edits, 16 commands) by our command line, by pi and by codex, one after the other in
// each round. Prints medians over the rounds, and each figure of ours as a part of the peer's.
// Usage: node test/bench/turns.ts [--rounds 7] [--agents openmagus,pi,codex]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    agents: { type: 'string', default: Object.keys(agents).join(',') },
  },
});
const names = values.agents.split(',');
await buildExtension('production');
const count = await tokenCounter();
const runs = new Map<string, Run[]>(names.map((name) => [name, []]));
const loadBefore = loadavg()[0] ?? 0;
for (let round = 0; round <= Number(values.rounds); round += 1) {
  // Whoever comes first in a round finds the machine in another state than the others.
  for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
    const run = await agents[name]?.();
    if (run === undefined) throw new Error(`There is no agent ${name}. There are: ${Object.keys(agents).join(', ')}.`);
    assertPlayed(name, run);
    // The first round only fills caches.
    if (round > 0) runs.get(name)?.push(run);
  }
}
console.log(`Load of the machine before: ${loadBefore.toFixed(1)}, after: ${(loadavg()[0] ?? 0).toFixed(1)}.`);
console.log(`pi ${peers.pi.version}, codex ${peers.codex.version}; Node ${process.versions.node}.\n`);
printTable();

function assertPlayed(name: string, run: Run): void {
  if (run.code === 0 && run.edits === 17 && run.requests.length === moves.length + 1) return;
  throw new Error(`${name} ended with ${run.code}, ${run.edits} edits and ${run.requests.length} requests.`);
}

function printTable(): void {
  const rows: readonly (readonly [string, (run: Run) => number, number])[] = [
    ['between the last byte and the next request, median (ms)', (run) => median(gaps(run)), 1],
    ['… after a read (ms)', (run) => median(gaps(run, 'read')), 1],
    ['… after an edit (ms)', (run) => median(gaps(run, 'edit')), 1],
    ['… after a command (ms)', (run) => median(gaps(run, 'command')), 1],
    ['wall time of the whole process (s)', (run) => run.wallMs / 1000, 2],
    ['CPU time, commands included (s)', (run) => run.cpuMs / 1000, 2],
    ['highest resident memory of the process (MB)', (run) => run.peakMb, 0],
    ['first request (tokens, o200k_base)', (run) => count(textOf(run.requests[0])), 0],
    ['first request (characters)', (run) => textOf(run.requests[0]).length, 0],
    ['least share of a request that begins the next (%)', (run) => 100 * Math.min(...prefixes(run)), 1],
  ];
  const others = names.slice(1);
  const head = ['', ...names, ...others.map((other) => `${names[0]} : ${other}`)];
  console.log(`| ${head.join(' | ')} |\n|${head.map(() => '---|').join('')}`);
  for (const [title, figure, digits] of rows) {
    const all = names.map((name) => (runs.get(name) ?? []).map(figure));
    const ratios = all.slice(1).map((other) => (median(all[0] ?? []) / median(other)).toFixed(2));
    const shown = all.map((each) => spread(each, digits));
    console.log(`| ${[title, ...shown, ...ratios].join(' | ')} |`);
  }
}

/** The median, and the least and greatest where they differ. */
function spread(figures: readonly number[], digits: number): string {
  const [least, middle, greatest] = [Math.min(...figures), median(figures), Math.max(...figures)].map((figure) =>
    figure.toFixed(digits),
  );
  return least === greatest ? `${middle}` : `${middle} (${least}–${greatest})`;
}

function gaps({ requests }: Run, kind?: string): readonly number[] {
  const between = requests.slice(1).map((request, index) => request.arrivedAt - (requests[index]?.answeredAt ?? 0));
  return between.filter((_, index) => kind === undefined || moves[index]?.kind === kind);
}

function textOf(request: SeenRequest | undefined): string {
  return (request?.parts ?? []).map((part) => JSON.stringify(part)).join('\n');
}

/** Of each request but the last, the part that stands unchanged at the beginning of the next. */
function prefixes({ requests }: Run): readonly number[] {
  const texts = requests.map((request) => Buffer.from(textOf(request)));
  return texts.slice(1).map((after, index) => {
    const before = texts[index] ?? Buffer.alloc(0);
    const differs = before.findIndex((byte, at) => byte !== after[at]);
    return differs < 0 ? 1 : differs / before.length;
  });
}
