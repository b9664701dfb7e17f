import { monitorEventLoopDelay } from 'node:perf_hooks';
import { recallMemories } from '../../../core/memory/recall-memories.ts';
import { newRecord, remember } from '../../../core/memory/remember.ts';
import type { Ports } from '../../../core/ports.ts';
import { type MemoryRecord, memoryKinds } from '../../../protocol/memory.ts';
import type { Figures } from '../bench-memories.ts';

const { signal } = new AbortController();
const batch = 200;
const made = 10;
const questions = 200;

/** How long it takes to keep so many records and to find some, and how long the main thread is held at the most. */
export async function benchSize(ports: Ports, count: number): Promise<Figures> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  for (let start = 0; start < count; start += batch) {
    await remember(ports, await makeRecords(ports, start, Math.min(start + batch, count)), signal);
  }
  const insertMs = performance.now() - began;
  const times: number[] = [];
  for (let question = 0; question < questions; question += 1) {
    const asked = performance.now();
    const text = `${wordOf(question * 7)} ${wordOf(question * 13)} ${wordOf(question * 29)}`;
    await recallMemories(ports, { text, kinds: memoryKinds, roots: [], limit: 10 }, signal);
    times.push(performance.now() - asked);
  }
  delay.disable();
  times.sort((a, b) => a - b);
  const at = (share: number): string => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(1)} ms`;
  return [
    [`${count} records: kept`, `${(insertMs / count).toFixed(3)} ms each`],
    [`${count} records: recall p50 / p95`, `${at(0.5)} / ${at(0.95)}`],
    [`${count} records: memory of the process`, `${Math.round(process.memoryUsage().rss / 1_048_576)} MB`],
    [`${count} records: longest hold of the main thread`, `${((delay.max - 1e6) / 1e6).toFixed(1)} ms`],
  ];
}

/** In parts: what is measured is how long keeping holds the thread, not making. */
async function makeRecords(ports: Ports, start: number, end: number): Promise<readonly MemoryRecord[]> {
  const records: MemoryRecord[] = [];
  for (let number = start; number < end; number += 1) {
    if (number % made === 0) await ports.clock.sleep(0, signal);
    records.push(newRecord(ports, 'fact', { text: textOf(number), workspace: '', source: 'bench' }));
  }
  return records;
}

/** 40 words, some of them common to many records. */
function textOf(number: number): string {
  return Array.from({ length: 40 }, (_, index) => wordOf((number * 31 + index * index * 17) % 5000)).join(' ');
}

function wordOf(number: number): string {
  const syllables = ['ka', 'lo', 'mi', 'nu', 're', 'sa', 'to', 'vu', 'xe', 'zi'];
  return [1, 10, 100, 1000].map((unit) => syllables[Math.floor(number / unit) % 10]).join('');
}
