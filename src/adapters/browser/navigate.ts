import type { Page } from 'playwright-core';
import { MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';

const loadMs = 10_000;

/**
 * Opens the address and waits for it, at most 10 s for its text and 5 s more for the rest. Answers what is worth saying.
 * Throws `tool-failed` TIMEOUT or NOT_OPENED.
 */
export async function navigate(page: Page, url: string): Promise<string> {
  try {
    const response = await page.goto(url, { waitUntil: 'domcontentloaded', timeout: loadMs });
    const loaded = await page.waitForLoadState('load', { timeout: 5000 }).then(
      () => true,
      () => false,
    );
    const status = response && response.status() >= 400 ? `The server answered with ${response.status()}.` : '';
    return [status, loaded ? '' : 'It still loads; browser_wait for "idle" or for a text waits for it.']
      .filter(Boolean)
      .join(' ');
  } catch (caught) {
    const text = messageOf(caught);
    if (/Timeout/.test(text))
      throw new MagusError(
        'tool-failed',
        `${url.slice(0, 300)} did not load within 10 s. Try again, or look whether its server works.`,
        {
          code: 'TIMEOUT',
          cause: caught,
        },
      );
    // What the browser downloads instead of showing it is no failure.
    if (/Download is starting/.test(text)) return 'It is a download; browser_wait for "download" ends with it.';
    const why = /net::(ERR_\w+)/.exec(text)?.[1] ?? text.split('\n', 1)[0]?.slice(0, 200);
    throw new MagusError('tool-failed', `${url.slice(0, 300)} could not be opened: ${reasons[why ?? ''] ?? why}.`, {
      code: 'NOT_OPENED',
      cause: caught,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ERR_TUNNEL_CONNECTION_FAILED: 'its host gives no answer or is not allowed',
  ERR_EMPTY_RESPONSE: 'its server ended without an answer',
  ERR_HTTP_RESPONSE_CODE_FAILURE: 'its server gives no answer',
  ERR_ABORTED: 'it went elsewhere meanwhile; look with browser_snapshot',
};
