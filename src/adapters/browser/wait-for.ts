import type { Download, Frame, Page } from 'playwright-core';
import type { BrowserWork } from '../../core/browser-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Session } from './session.ts';
import { said } from './tabs.ts';

type Wait = Extract<BrowserWork, { readonly do: 'wait' }>;

const stepMs = 100;

/** Ends when the condition holds: with words for it, or with the download. Throws `tool-failed` TIMEOUT, `tool-input` BAD_VALUE. */
export async function waitFor(session: Session, wait: Wait): Promise<string | Download> {
  const { for: condition, value = '', timeoutMs } = wait;
  if (value === '' && (condition === 'text' || condition === 'gone' || condition === 'url'))
    throw new MagusError('tool-input', `Give the ${condition === 'url' ? 'part of the address' : 'text'} as value.`, {
      code: 'BAD_VALUE',
    });
  const until = performance.now() + timeoutMs;
  if (condition === 'idle') return idle(session.tabs.current(), timeoutMs);
  while (performance.now() < until) {
    const met = await holds(session, condition, value);
    if (met !== undefined) return met;
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  throw late(condition, value, timeoutMs);
}

async function holds(session: Session, condition: Wait['for'], value: string): Promise<string | Download | undefined> {
  if (condition === 'download')
    return session.logs.downloads.findLast((each) => each.suggestedFilename().includes(value));
  const page = session.tabs.current();
  if (condition === 'url') return page.url().includes(value) ? `The address holds ${said(value)}.` : undefined;
  const shows = await showsText(page, value);
  if (condition === 'text') return shows ? `There it is: ${said(value)}.` : undefined;
  return shows ? undefined : `It is gone: ${said(value)}.`;
}

/** As a person sees it, in any frame. */
async function showsText(page: Page, text: string): Promise<boolean> {
  const sees = async (frame: Frame): Promise<boolean> =>
    frame
      .getByText(text)
      .filter({ visible: true })
      .first()
      .isVisible()
      .catch(() => false);
  return (await Promise.all(page.frames().map(sees))).some(Boolean);
}

async function idle(page: Page, timeoutMs: number): Promise<string> {
  try {
    await page.waitForLoadState('networkidle', { timeout: timeoutMs });
    return 'The network is quiet.';
  } catch {
    throw late('idle', '', timeoutMs);
  }
}

function late(condition: Wait['for'], value: string, timeoutMs: number): MagusError {
  const missing = {
    text: `${said(value)} did not appear`,
    gone: `${said(value)} is still there`,
    url: `the address does not hold ${said(value)}`,
    idle: 'the network was not quiet',
    download: 'no such download began',
  }[condition];
  return new MagusError(
    'tool-failed',
    `After ${timeoutMs / 1000} s ${missing}. Look with browser_snapshot, or wait longer with timeout_s.`,
    { code: 'TIMEOUT' },
  );
}
