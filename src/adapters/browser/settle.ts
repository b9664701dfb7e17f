import type { Page, Request } from 'playwright-core';
import type { PageLogs } from './page-logs.ts';
import { within } from './within.ts';

const mostMs = 5000;
const stepMs = 20;

/**
 * Waits until what an act set off is done: the navigation, the requests that began with it and one drawing of the page, at
 * most 5 s. Requests that were open before (a stream) are not waited for.
 */
export async function settle(page: Page, logs: PageLogs, before: ReadonlySet<Request>): Promise<void> {
  const until = performance.now() + mostMs;
  let quiet = 0;
  while (performance.now() < until && quiet < 2 && !page.isClosed()) {
    await drawn(page, until - performance.now());
    const waits = [...logs.pending()].some((request) => !before.has(request));
    quiet = waits ? 0 : quiet + 1;
    if (waits) await pause(stepMs);
  }
}

async function drawn(page: Page, mostMs: number): Promise<void> {
  const drawing = page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0))),
  );
  // A page in the background is not drawn, one that navigates forgets what it was asked.
  const drawnOrGone = drawing.catch(() => pause(stepMs));
  await within(Math.max(0, Math.min(mostMs, 500)), drawnOrGone, () => undefined);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
