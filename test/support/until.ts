import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until it holds. Throws after `ms` with what was waited for. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  ms = 20_000,
  everyMs = 40,
  what = holds.toString(),
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${ms} ms in vain for ${what}.`);
    await sleep(everyMs);
  }
}
