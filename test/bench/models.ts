import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { askRouter, routerOf } from '../support/router-rig.ts';
import { type ScriptedReply, startScriptedModel } from '../support/scripted-model.ts';
import { median } from './median.ts';

/** CPU per streamed call beside other clients, the router's own time, the way to the next deployment, and noticing silence. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: 'bare,transport,openmagus,openai,ai-sdk,langchain' },
  },
});
const clients = values.clients.split(',');

await printCalls();
await printDecision();
await printFailover();
await printSilence();

async function printCalls(): Promise<void> {
  console.log('\nCPU of a streamed call (ms), median of the rounds, and as a multiple of the bare client\n');
  console.log(`| chunks, at a time | ${clients.join(' | ')} |`);
  console.log(`|---|${clients.map(() => '---|').join('')}`);
  for (const chunks of [64, 1000]) {
    const server = await streamServer(chunks);
    for (const together of [1, 32]) {
      const calls = chunks === 64 ? 400 : 64;
      const measured = new Map<string, number[]>(clients.map((client) => [client, []]));
      for (let round = 0; round < Number(values.rounds); round += 1)
        for (const client of clients) measured.get(client)?.push(await cpuOf(client, server.url, calls, together));
      const bare = median(measured.get('bare') ?? []);
      const cells = clients.map((client) => {
        const cpu = median(measured.get(client) ?? []);
        return `${cpu.toFixed(2)} (${(cpu / bare).toFixed(1)}×)`;
      });
      console.log(`| ${chunks}, ${together} | ${cells.join(' | ')} |`);
    }
    server.stop();
  }
}

/** The server is a process of its own, so that its work is not counted. */
async function streamServer(chunks: number): Promise<{ readonly url: string; stop(): void }> {
  const file = path.join(import.meta.dirname, 'stream-server.ts');
  const child = spawn(process.execPath, [file, String(chunks)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), stop: () => void child.kill() };
}

async function cpuOf(client: string, url: string, calls: number, together: number): Promise<number> {
  const file = path.join(import.meta.dirname, 'stream-client.ts');
  const child = spawn(process.execPath, [file, client, url, String(calls), String(together)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await once(child, 'close');
  return (JSON.parse(text) as { cpuMs: number }).cpuMs;
}

/** From the request to the moment a deployment is asked, with 50 of them. */
async function printDecision(): Promise<void> {
  const endpoints = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`e${index}`, { kind: 'openai', baseURL: 'http://127.0.0.1:1/v1' }]),
  );
  const main = Object.keys(endpoints).map((endpoint, index) => ({
    endpoint,
    model: 'm',
    order: index % 5,
    weight: 1 + (index % 3),
  }));
  let askedAt = 0;
  const usage = { inputTokens: 1, outputTokens: 1 };
  const router = routerOf(
    { endpoints, groups: { main }, routing: { primary: 'main' } },
    {
      random: Math.random,
      open: async () => ({
        complete: async () => {
          askedAt = performance.now();
          return { text: 'ok', calls: [], finish: 'stop', model: 'm', usage };
        },
      }),
    },
  );
  const times: number[] = [];
  for (let turn = 0; turn < 6000; turn += 1) {
    const began = performance.now();
    await askRouter(router, { session: `task ${turn % 100}` });
    if (turn >= 1000) times.push(askedAt - began);
  }
  console.log(
    `\nRouter's decision among 50 deployments: p50 ${share(times, 0.5)} ms, p99 ${share(times, 0.99)} ms (aim: 0.2)`,
  );
}

/** The first one answers 503: how long until the second one's first text, and how long when it is asked at once. */
async function printFailover(): Promise<void> {
  const broken = await startScriptedModel(() => ({ status: 503 }));
  const healthy = await startScriptedModel((): ScriptedReply => ({ text: 'Here.' }));
  const first = async (url: string): Promise<number> => {
    const router = routerOf({
      endpoints: { a: { kind: 'openai', baseURL: url }, b: { kind: 'openai', baseURL: healthy.url } },
      groups: { main: [{ endpoint: 'a', model: 'm' }], spare: [{ endpoint: 'b', model: 'm' }] },
      routing: { primary: 'main', secondary: 'spare' },
    });
    const began = performance.now();
    let firstAt = 0;
    const listener = {
      onText: () => {
        firstAt ||= performance.now();
      },
      onAttemptFailed: () => undefined,
    };
    await router.complete(
      { purpose: 'act', messages: [{ role: 'user', content: 'Hi' }], tools: [] },
      listener,
      new AbortController().signal,
    );
    return firstAt - began;
  };
  const times: number[] = [];
  const straight: number[] = [];
  for (let time = 0; time < 220; time += 1) {
    const [late, early] = [await first(broken.url), await first(healthy.url)];
    if (time >= 20) {
      times.push(late);
      straight.push(early);
    }
  }
  console.log(
    `Primary answers 503, first text of the secondary: p50 ${share(times, 0.5)} ms, p95 ${share(times, 0.95)} ms (aim: 50); asked at once: p50 ${share(straight, 0.5)}, p95 ${share(straight, 0.95)} ms`,
  );
  await broken.close();
  await healthy.close();
}

async function printSilence(): Promise<void> {
  const idleMs = 500;
  const silent = await startScriptedModel(() => ({ text: 'I will', silence: true }));
  const late: number[] = [];
  for (let time = 0; time < 10; time += 1) {
    const router = routerOf({ baseURL: silent.url, model: 'm', timeouts: { idleMs } });
    let saidAt = 0;
    let noticedAt = 0;
    const stop = new AbortController();
    const listener = {
      onText: () => {
        saidAt = performance.now();
      },
      onAttemptFailed: () => {
        noticedAt ||= performance.now();
        stop.abort();
      },
    };
    await router
      .complete({ purpose: 'act', messages: [{ role: 'user', content: 'Hi' }], tools: [] }, listener, stop.signal)
      .catch(() => undefined);
    late.push(noticedAt - saidAt - idleMs);
  }
  await new Promise((done) => setTimeout(done, 100));
  const gone = silent.requests.filter(({ abandonedAt }) => abandonedAt !== undefined).length;
  console.log(
    `A silent stream is noticed ${share(late, 1)} ms after its idle time at the latest (aim: 100); sockets gone: ${gone} of ${silent.requests.length}`,
  );
  await silent.close();
}

function share(times: readonly number[], part: number): string {
  const sorted = [...times].sort((left, right) => left - right);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(3);
}
